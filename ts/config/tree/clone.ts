import type { ConfigNode } from '../node.ts'

/** A copy that shares nothing that may change: nodes of a file may be put into several places of a tree. */
export function clone<Node extends ConfigNode>(node: Node): Node {
  if (node.kind === 'map') {
    const entries = new Map<string, ConfigNode>()
    for (const [key, value] of node.entries) entries.set(key, clone(value))
    return { ...node, entries, ...(node.keyKinds && { keyKinds: new Map(node.keyKinds) }) }
  }
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => clone(item)) }
  return { ...node }
}
