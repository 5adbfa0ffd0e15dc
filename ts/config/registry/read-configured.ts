import type { ConfigNode, MapNode } from '../node.ts'
import type { Configured } from '../schema/config.ts'
import { deepFreeze } from '../schema/deep-readonly.ts'
import { joinKey } from '../schema/lower.ts'
import type { Report } from '../schema/report.ts'
import type { Target } from '../target.ts'
import { indexTargets } from './find-target.ts'
import { readTarget } from './read-target.ts'

/**
 * A group of targets by name, as `callbacks` and `logging` are: a map, a list, or one target. Null and empty groups,
 * and entries that are null, are nobody.
 */
export function readConfigured<T extends Target>(
  node: ConfigNode | undefined,
  path: string,
  targets: readonly T[],
  what: string,
  report: Report,
  variables: ReadonlySet<string>,
): Configured<T>[] {
  if (node === undefined || node.kind === 'null') return []
  const index = indexTargets(targets)
  const read = (key: string, entry: ConfigNode, at: string): Configured<T>[] => {
    if (entry.kind === 'null') return []
    const full = entry.kind === 'map' ? withTarget(key, entry, index.names) : entry
    const found = readTarget(full, at, index, what, report, variables)
    if (found === undefined) return []
    const named = full.kind === 'map' ? full.entries.get('_target_') : undefined
    const target = named?.kind === 'str' ? named.value : found.target.name
    return [{ key, target, definition: found.target, options: deepFreeze(found.options) }]
  }
  if (node.kind === 'list')
    return node.items.flatMap((item, position) =>
      read(String(position), item, joinKey(path, String(position))),
    )
  if (node.kind !== 'map') {
    report.problem({ key: path, message: `expected ${what}s by name`, place: node.place })
    return []
  }
  if (node.entries.has('_target_')) return read(path, node, path)
  return [...node.entries].flatMap(([key, entry]) =>
    variables.has(joinKey(path, key)) && entry.kind !== 'map' ? [] : read(key, entry, joinKey(path, key)),
  )
}

/** An entry that has a target's own name needs no `_target_`. */
function withTarget(key: string, node: MapNode, names: readonly string[]): MapNode {
  if (node.entries.has('_target_') || !names.includes(key)) return node
  const target: ConfigNode = { kind: 'str', value: key, place: node.keyPlace ?? node.place }
  return { ...node, entries: new Map([['_target_', target], ...node.entries]) }
}
