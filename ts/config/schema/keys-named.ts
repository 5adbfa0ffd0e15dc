import type * as v from 'valibot'
import { configSchema } from './config.ts'
import { entriesOf } from './entries.ts'

let index: ReadonlyMap<string, readonly string[]> | undefined

/** Full dotted keys whose last part is `name`: where a key that stands in the wrong group belongs. */
export function keysNamed(name: string): readonly string[] {
  index ??= collect(configSchema, [], new Map())
  return index.get(name) ?? []
}

function collect(
  schema: v.GenericSchema,
  path: readonly string[],
  found: Map<string, string[]>,
): Map<string, string[]> {
  for (const [key, inner] of Object.entries(entriesOf(schema) ?? {})) {
    const here = [...path, key]
    found.set(key, [...(found.get(key) ?? []), here.join('.')])
    collect(inner, here, found)
  }
  return found
}
