import type { ConfigNode } from '../../ts/config/node.ts'

/** Plain JSON as nodes; integers stay integers. */
export function nodeOf(value: unknown): ConfigNode {
  if (value === null || value === undefined) return { kind: 'null' }
  if (typeof value === 'boolean') return { kind: 'bool', value }
  if (typeof value === 'string') return { kind: 'str', value }
  if (typeof value === 'number')
    return Number.isInteger(value) ? { kind: 'int', value: BigInt(value) } : { kind: 'float', value }
  if (Array.isArray(value)) return { kind: 'list', items: value.map(nodeOf) }
  return {
    kind: 'map',
    entries: new Map(Object.entries(value as object).map(([key, item]) => [key, nodeOf(item)])),
  }
}
