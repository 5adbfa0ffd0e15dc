import type { ConfigNode } from '../node.ts'

/** A configuration value as JavaScript has it. Integers beyond 2^53 stay bigint; `???` is its own text. */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue }

/** Lowers a node; interpolations stay text. */
export function toPlain(node: ConfigNode): PlainValue {
  switch (node.kind) {
    case 'null':
      return null
    case 'missing':
      return '???'
    case 'int':
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : node.value
    case 'list':
      return node.items.map(toPlain)
    case 'map': {
      const plain: Record<string, PlainValue> = {}
      for (const [key, value] of node.entries) setOwn(plain, key, toPlain(value))
      return plain
    }
    default:
      return node.value
  }
}

/** `__proto__` is a key like any other. */
function setOwn(object: Record<string, PlainValue>, key: string, value: PlainValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}

/** The node for a plain value; numbers without a fraction become integers. */
export function fromPlain(value: PlainValue | undefined): ConfigNode {
  if (value === null || value === undefined) return { kind: 'null' }
  if (typeof value === 'boolean') return { kind: 'bool', value }
  if (typeof value === 'bigint') return { kind: 'int', value }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { kind: 'int', value: BigInt(value) } : { kind: 'float', value }
  }
  if (typeof value === 'string') {
    if (value === '???') return { kind: 'missing' }
    return value.includes('${') ? { kind: 'interpolation', value } : { kind: 'str', value }
  }
  if (Array.isArray(value)) return { kind: 'list', items: value.map(fromPlain) }
  const entries = Object.entries(value as Record<string, PlainValue>)
  return { kind: 'map', entries: new Map(entries.map(([key, entry]) => [key, fromPlain(entry)])) }
}
