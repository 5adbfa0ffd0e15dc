import type { ScalarValue } from '../node.ts'

/** A text of the configuration, taken apart. */
export type Part = TextPart | Interpolation

export interface TextPart {
  readonly kind: 'text'
  readonly text: string
}

export type Interpolation = NodeInterpolation | ResolverInterpolation

/** `${a.b}`, `${..a[0]}` */
export interface NodeInterpolation {
  readonly kind: 'node'
  /** Dots, brackets and names as written; names may be interpolations. */
  readonly path: readonly (string | Interpolation)[]
  readonly source: string
}

/** `${name:argument, argument}` */
export interface ResolverInterpolation {
  readonly kind: 'resolver'
  /** Joined by dots. */
  readonly name: readonly (string | Interpolation)[]
  readonly arguments: readonly Argument[]
  readonly source: string
}

export type Argument =
  | { readonly kind: 'literal'; readonly value: ScalarValue }
  /** Several parts side by side, which make a text; `quoted` even when there is one. */
  | { readonly kind: 'concatenation'; readonly parts: readonly Part[] }
  | { readonly kind: 'interpolation'; readonly interpolation: Interpolation }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | {
      readonly kind: 'dict'
      readonly entries: readonly { readonly key: Argument; readonly value: Argument }[]
    }

/** An interpolation that cannot be read; `offset` is the index in its text. */
export class SyntaxProblem extends Error {
  readonly offset: number
  readonly hint: string | undefined

  constructor(message: string, offset: number, hint?: string) {
    super(message)
    this.offset = offset
    this.hint = hint
  }
}
