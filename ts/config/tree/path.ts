import { type ConfigNode, emptyMap, type MapNode } from '../node.ts'

/** The node at a dotted path, without following interpolations. */
export function nodeAt(root: ConfigNode, path: readonly string[]): ConfigNode | undefined {
  let current: ConfigNode | undefined = root
  for (const key of path) {
    if (current?.kind === 'map') current = current.entries.get(key)
    else if (current?.kind === 'list' && /^(0|[1-9]\d*)$/.test(key)) current = current.items[Number(key)]
    else return undefined
  }
  return current
}

/** `node` inside of maps for each part of the path. */
export function wrapAt(path: readonly string[], node: ConfigNode): ConfigNode {
  return path.reduceRight<ConfigNode>((inner, key) => {
    const map: MapNode = emptyMap({ place: inner.place })
    map.entries.set(key, inner)
    return map
  }, node)
}
