import type { Place } from '../errors/index.ts'

/** Where a node came from; `previous` is the node that it replaced in a merge. */
export interface Origin {
  readonly place?: Place | undefined
  /** Of the key, for entries of a map. */
  readonly keyPlace?: Place | undefined
  readonly previous?: ConfigNode | undefined
}

/**
 * A configuration value before it is lowered to JavaScript: keeps 1 and 1.0 apart, keeps interpolations as text, and
 * remembers where it was written.
 */
export type ConfigNode = MapNode | ListNode | ScalarNode

/** What a map's key was in YAML when it was no text: `1: a` has an integer key, `'1': a` a text. */
export type KeyKind = 'int' | 'float' | 'bool' | 'null'

export interface MapNode extends Origin {
  readonly kind: 'map'
  /** In order; keys are text, `key` of each entry is also what the YAML said. */
  readonly entries: Map<string, ConfigNode>
  /** Only for keys that are no text. */
  keyKinds?: Map<string, KeyKind> | undefined
}

export interface ListNode extends Origin {
  readonly kind: 'list'
  readonly items: ConfigNode[]
}

export type ScalarNode = Origin & ScalarValue

export type ScalarValue =
  | { readonly kind: 'str'; readonly value: string }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** `???` */
  | { readonly kind: 'missing' }
  /** Text with `${…}` in it. */
  | { readonly kind: 'interpolation'; readonly value: string }

/** Text as a node: `???` is missing, text with `${` an interpolation, all else a string. */
export function textNode(text: string): ScalarValue {
  if (text === '???') return { kind: 'missing' }
  return text.includes('${') ? { kind: 'interpolation', value: text } : { kind: 'str', value: text }
}

export function isContainer(node: ConfigNode | undefined): node is MapNode | ListNode {
  return node !== undefined && (node.kind === 'map' || node.kind === 'list')
}

/** An empty map, to be filled. */
export function emptyMap(origin: Origin = {}): MapNode {
  return { ...origin, kind: 'map', entries: new Map() }
}

/** Sets a key of a map in place: a known key keeps its position. */
export function setEntry(map: MapNode, key: string, value: ConfigNode, kind?: KeyKind): void {
  map.entries.set(key, value)
  if (kind === undefined) map.keyKinds?.delete(key)
  else {
    map.keyKinds ??= new Map()
    map.keyKinds.set(key, kind)
  }
}
