import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigNode, MapNode } from '../../ts/config/node.ts'
import { loadYaml } from '../../ts/config/yaml/load.ts'

/** A configuration written in a test, as the composer would hand it over. */
export function tree(text: string, file = 'test.yaml'): MapNode {
  const node = loadYaml(text, file)
  if (node.kind !== 'map') throw new Error(`${file} is no map`)
  return node
}

/** A primary config of `folder` with its group files, composed and resolved as far as these trees need. */
export function smallTree(
  folder: string,
  name: string,
  overrides = '',
  choices: Readonly<Record<string, string>> = {},
): { tree: MapNode; unresolved: MapNode } {
  const read = (path: string) => tree(readFileSync(join(folder, `${path}.yaml`), 'utf8'), `${path}.yaml`)
  const primary = read(name)
  const entries = new Map(primary.entries)
  const defaults = entries.get('defaults')
  entries.delete('defaults')
  entries.delete('hydra')
  for (const item of defaults?.kind === 'list' ? defaults.items : []) {
    if (item.kind !== 'map') continue
    for (const [group, option] of item.entries)
      if (option.kind === 'str') entries.set(group, read(`${group}/${choices[group] ?? option.value}`))
  }
  const unresolved = merge({ ...primary, entries }, tree(overrides, 'overrides.yaml')) as MapNode
  return { tree: resolve(unresolved, unresolved) as MapNode, unresolved }
}

function merge(left: ConfigNode, right: ConfigNode): ConfigNode {
  if (left.kind !== 'map' || right.kind !== 'map') return right
  const entries = new Map(left.entries)
  for (const [key, value] of right.entries) {
    const before = entries.get(key)
    entries.set(key, before === undefined ? value : merge(before, value))
  }
  return { ...left, entries }
}

function resolve(node: ConfigNode, root: ConfigNode): ConfigNode {
  if (node.kind === 'map')
    return { ...node, entries: new Map([...node.entries].map(([key, value]) => [key, resolve(value, root)])) }
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => resolve(item, root)) }
  if (node.kind !== 'interpolation') return node
  const inside = node.value.slice(2, -1)
  if (inside.startsWith('hydra:')) return { kind: 'str', value: 'RUN', place: node.place }
  const fallback = /^oc\.env:[^,]*,(.*)$/.exec(inside)?.[1]
  if (fallback !== undefined) return { kind: 'str', value: fallback, place: node.place }
  let target: ConfigNode | undefined = root
  for (const key of inside.split('.')) target = target?.kind === 'map' ? target.entries.get(key) : undefined
  if (target === undefined) throw new Error(`${node.value} leads nowhere`)
  return resolve({ ...target, place: node.place }, root)
}
