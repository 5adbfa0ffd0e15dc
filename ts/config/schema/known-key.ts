import type * as v from 'valibot'
import type { ConfigNode } from '../node.ts'
import { emaTarget } from '../registry/ema-target.ts'
import { indexTargets } from '../registry/find-target.ts'
import { targetKeys } from '../registry/read-target.ts'
import type { Target } from '../target.ts'
import { configSchema } from './config.ts'
import { entriesOf, factsOf, schemaAt } from './entries.ts'
import { nodeAt } from './read.ts'

export interface KnownKeyOptions {
  /** The composed tree: what a callback or logger accepts depends on its `_target_`. */
  readonly tree?: ConfigNode
  readonly callbacks?: readonly Target[]
  readonly loggers?: readonly Target[]
}

/** Whether the schema has this full dotted key, so that an override may set it without `+`. */
export function knownKey(path: string, options: KnownKeyOptions = {}): boolean {
  const keys = path.split('.')
  if (keys[0] === 'callbacks')
    return knownOfTarget(keys, [...(options.callbacks ?? []), emaTarget], options.tree)
  if (keys[0] === 'logging') return knownOfTarget(keys, options.loggers ?? [], options.tree)
  return isKnown(configSchema, keys) || (keys.length === 2 && isTargetKey(keys[0], keys[1]))
}

/** Whether a schema has the key, or a value on the way that may be a map of anything. */
function isKnown(schema: v.GenericSchema, keys: readonly string[]): boolean {
  if (schemaAt(schema, keys) !== undefined) return true
  return keys.some((_, depth) => {
    const above = schemaAt(schema, keys.slice(0, depth))
    const facts = above === undefined ? undefined : factsOf(above)
    return facts !== undefined && JSON.stringify(facts.json).includes('"additionalProperties":{')
  })
}

function isTargetKey(group: string | undefined, key: string | undefined): boolean {
  const schema = group === undefined ? undefined : schemaAt(configSchema, [group])
  const takesTarget = schema !== undefined && '_target_' in (entriesOf(schema) ?? {})
  return takesTarget && targetKeys.some((name) => name === key)
}

function knownOfTarget(
  keys: readonly string[],
  targets: readonly Target[],
  tree: ConfigNode | undefined,
): boolean {
  if (keys.length === 1) return true
  const single = tree !== undefined && nodeAt(tree, [...keys.slice(0, 1), '_target_']) !== undefined
  const depth = single ? 1 : 2
  const named = tree === undefined ? undefined : nodeAt(tree, [...keys.slice(0, depth), '_target_'])
  const name = named?.kind === 'str' ? named.value : keys[depth - 1]
  const target = name === undefined ? undefined : indexTargets(targets).find(name)
  const rest = keys.slice(depth)
  const isFlag = rest.length === 1 && targetKeys.some((key) => key === rest[0])
  if (target !== undefined) return isFlag || isKnown(target.schema, rest)
  // Before there is a tree, an entry's target is not known: any target may be meant, and the parser will look again.
  return (
    tree === undefined && rest.length > 0 && (isFlag || targets.some(({ schema }) => isKnown(schema, rest)))
  )
}
