import { canonicalTarget } from '../registry/canonical-target.ts'
import { field } from './field.ts'

/** `_target_` of a group whose classes are few: its value becomes our name for the class. */
export function targetField<const Name extends string>(
  description: string,
  classes: Readonly<Record<string, Name>>,
) {
  const known = new Map(Object.entries(classes).map(([python, name]) => [canonicalTarget(python), name]))
  const names = Object.keys(classes)
  return field<Name>(description, {
    expected: `one of ${names.join(', ')}`,
    json: { type: 'string', examples: names },
    names,
    parse: (input) => (typeof input === 'string' ? known.get(canonicalTarget(input)) : undefined),
  })
}
