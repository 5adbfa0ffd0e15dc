import type { ConfigNode } from '../node.ts'
import { joinKey } from './lower.ts'

const reference = /\$\{\s*(\.*)([^\s{}:$]+)\s*\}/g
const selection = /\$\{\s*oc\.(?:select|dict\.keys|dict\.values)\s*:\s*(\.*)([^\s{},:$]+)/g

/**
 * Full dotted keys that interpolations of an unresolved tree read. A key that no schema knows but that one of them
 * reads is a variable of the user's, not a typing error.
 */
export function referencedKeys(tree: ConfigNode): ReadonlySet<string> {
  const keys = new Set<string>()
  visit(tree, [], keys)
  return keys
}

function visit(node: ConfigNode, path: readonly string[], keys: Set<string>): void {
  if (node.kind === 'map') for (const [key, value] of node.entries) visit(value, [...path, key], keys)
  else if (node.kind === 'list')
    for (const [index, item] of node.items.entries()) visit(item, [...path, String(index)], keys)
  else if (node.kind === 'interpolation')
    for (const pattern of [reference, selection])
      for (const [, dots = '', name = ''] of node.value.matchAll(pattern)) add(dots.length, name, path, keys)
}

/** One leading dot is the containing node, each further one a level up. A key is read with all that hold it. */
function add(dots: number, name: string, path: readonly string[], keys: Set<string>): void {
  const start = dots === 0 ? [] : path.slice(0, Math.max(0, path.length - dots))
  const segments = name.replaceAll('[', '.').replaceAll(']', '').split('.').filter(Boolean)
  let key = start.join('.')
  for (const segment of segments) {
    key = joinKey(key, segment)
    keys.add(key)
  }
}
