import type { ConfigNode } from '../node.ts'

/** A node together with the way to it, so that relative interpolations can climb. */
export interface Located {
  readonly node: ConfigNode
  readonly key: string | undefined
  readonly parent: Located | undefined
}

export function locateRoot(node: ConfigNode): Located {
  return { node, key: undefined, parent: undefined }
}

export function childOf(parent: Located, key: string): Located | undefined {
  const { node } = parent
  if (node.kind === 'map') {
    const child = node.entries.get(key)
    return child && { node: child, key, parent }
  }
  if (node.kind === 'list' && /^(0|[1-9]\d*)$/.test(key)) {
    const child = node.items[Number(key)]
    return child && { node: child, key, parent }
  }
  return undefined
}

export function childrenOf(parent: Located): Located[] {
  const { node } = parent
  if (node.kind === 'map') return [...node.entries].map(([key, child]) => ({ node: child, key, parent }))
  if (node.kind === 'list')
    return node.items.map((child, index) => ({ node: child, key: String(index), parent }))
  return []
}

/** `a.b[0]`: list items in brackets. */
export function fullKey(located: Located): string {
  const parent = located.parent
  if (parent === undefined || located.key === undefined) return ''
  const before = fullKey(parent)
  if (parent.node.kind === 'list') return `${before}[${located.key}]`
  return before === '' ? located.key : `${before}.${located.key}`
}

/** The parts of `a.b[0].c`; leading dots are not part of it. */
export function splitKey(path: string): string[] {
  return path
    .replace(/^\./, '')
    .replaceAll(/\[([^\]]*)\]/g, '.$1')
    .replace(/^\./, '')
    .split('.')
}

/** The node at a path below `root`, without following interpolations. */
export function locatePath(root: Located, path: readonly string[]): Located | undefined {
  let current: Located | undefined = root
  for (const key of path) current = current && childOf(current, key)
  return current
}
