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

export interface MapNode extends Origin {
  readonly kind: 'map'
  /** In order; keys are text, `key` of each entry is also what the YAML said. */
  readonly entries: Map<string, ConfigNode>
}

export interface ListNode extends Origin {
  readonly kind: 'list'
  readonly items: ConfigNode[]
}

export type ScalarNode = Origin &
  (
    | { readonly kind: 'str'; readonly value: string }
    | { readonly kind: 'int'; readonly value: bigint }
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'bool'; readonly value: boolean }
    | { readonly kind: 'null' }
    /** `???` */
    | { readonly kind: 'missing' }
    /** Text with `${…}` in it. */
    | { readonly kind: 'interpolation'; readonly value: string }
  )
