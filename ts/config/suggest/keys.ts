import { type ConfigNode, isContainer, type MapNode } from '../node.ts'
import type { Repository } from '../sources/repository.ts'
import { nodeAt } from '../tree/path.ts'
import { nearest } from './nearest.ts'

/** Keys with the same last part that are offered. */
const MAX_SAME_NAME = 2

export interface KeySuggestions {
  /** Full keys and groups, best first. */
  readonly names: readonly string[]
  /** Where the best one is defined. */
  readonly hint?: string | undefined
}

/** What a key that does not exist may have meant: near keys beside it, the same name elsewhere, near groups. */
export function keySuggestions(key: string, root: MapNode, repository: Repository): KeySuggestions {
  const path = key.split('.')
  const names = new Set<string>()
  const { node, depth } = deepestExisting(root, path)
  const prefix = path.slice(0, depth)
  const wrong = path[depth] ?? ''
  if (node.kind === 'map') {
    for (const name of nearest(wrong, node.entries.keys()))
      names.add([...prefix, name, ...path.slice(depth + 1)].join('.'))
  }
  if (path.length === 1) for (const name of nearest(key, repository.allGroups())) names.add(name)
  for (const full of sameName(root, path.at(-1) ?? '')) if (full !== key) names.add(full)
  const [best] = names
  const found = best === undefined ? undefined : nodeAt(root, best.split('.'))
  const place = found?.keyPlace ?? found?.place
  if (best === undefined || place?.kind !== 'file') return { names: [...names].slice(0, 3) }
  return {
    names: [...names].slice(0, 3),
    hint: `'${best}' is set in ${place.file}:${place.line}:${place.column}`,
  }
}

function deepestExisting(root: MapNode, path: readonly string[]): { node: ConfigNode; depth: number } {
  let node: ConfigNode = root
  for (const [depth, key] of path.entries()) {
    const child = nodeAt(node, [key])
    if (!isContainer(child)) return { node, depth }
    node = child
  }
  return { node, depth: path.length }
}

/** Full keys anywhere outside of hydra whose last part is `name`, or differs from it by `_` and case only. */
function sameName(root: MapNode, name: string): string[] {
  const wanted = plain(name)
  const found: string[] = []
  const visit = (node: MapNode, prefix: string): void => {
    for (const [key, child] of node.entries) {
      if (prefix === '' && key === 'hydra') continue
      const full = prefix === '' ? key : `${prefix}.${key}`
      if (plain(key) === wanted) found.push(full)
      if (child.kind === 'map') visit(child, full)
    }
  }
  visit(root, '')
  return found.slice(0, MAX_SAME_NAME)
}

function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase()
}
