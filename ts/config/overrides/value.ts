/** A value of the command line: typed by its own text, whatever the configuration held before. */
export type Element = Primitive | ListElement | DictElement

/** Where it starts in the override word, from 1. */
interface Placed {
  readonly column?: number | undefined
}

export type Primitive = Placed &
  (
    | { readonly kind: 'str'; readonly value: string; readonly quote?: "'" | '"' | undefined }
    | { readonly kind: 'int'; readonly value: bigint }
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'bool'; readonly value: boolean }
    | { readonly kind: 'null' }
  )

export interface ListElement extends Placed {
  readonly kind: 'list'
  readonly items: readonly Element[]
}

export interface DictElement extends Placed {
  readonly kind: 'dict'
  readonly entries: readonly { readonly key: Primitive; readonly value: Element }[]
}

export type NumberElement = Extract<Primitive, { kind: 'int' | 'float' }>

/** Several values for one key, to be swept over. */
export type Sweep = ChoiceSweep | RangeSweep | IntervalSweep | GlobSweep

export interface ChoiceSweep {
  readonly kind: 'choice'
  readonly items: readonly Element[]
  /** Written `a,b,c`, not `choice(a,b,c)`. */
  readonly simple: boolean
  readonly shuffle: boolean
  readonly tags: readonly string[]
}

export interface RangeSweep {
  readonly kind: 'range'
  readonly start: NumberElement
  readonly stop: NumberElement
  readonly step: NumberElement
  readonly shuffle: boolean
  readonly tags: readonly string[]
}

/** A continuous interval, for sweepers that sample. */
export interface IntervalSweep {
  readonly kind: 'interval'
  readonly start: NumberElement
  readonly end: NumberElement
  readonly tags: readonly string[]
}

/** The options of the group that match. */
export interface GlobSweep {
  readonly kind: 'glob'
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

export type OverrideValue = Element | Sweep

export function isSweep(value: OverrideValue): value is Sweep {
  return (
    value.kind === 'choice' || value.kind === 'range' || value.kind === 'interval' || value.kind === 'glob'
  )
}

export type OverrideOperation = 'change' | 'add' | 'force_add' | 'delete'

/** One override word, parsed. */
export interface Override {
  readonly operation: OverrideOperation
  /** Dotted key, or group path. */
  readonly key: string
  readonly package?: string | undefined
  /** Absent for `~key`. */
  readonly value?: OverrideValue | undefined
  /** The word as it was written. */
  readonly text: string
  /** Position among the override words, from 0. */
  readonly argument: number
  /** Where the key and the value start in the word, from 1. */
  readonly keyColumn: number
  readonly valueColumn: number
}

/** The key with its package, as used for group choices. */
export function keyWithPackage(override: Override): string {
  return override.package === undefined ? override.key : `${override.key}@${override.package}`
}

export const OPERATION_PREFIX: Readonly<Record<OverrideOperation, string>> = {
  change: '',
  add: '+',
  force_add: '++',
  delete: '~',
}

/** Whether the override configures Hydra itself. */
export function isHydraOverride(override: Override): boolean {
  return override.key.startsWith('hydra.') || override.key.startsWith('hydra/')
}
