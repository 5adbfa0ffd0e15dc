import { field, isInt } from './field.ts'
import { Float } from './float.ts'

/** A part of an epoch's batches. */
export type BatchLimit =
  | { readonly kind: 'all' }
  | { readonly kind: 'count'; readonly batches: number }
  | { readonly kind: 'share'; readonly share: number }

/** Lightning's `limit_*_batches`: an integer counts batches, a float is a share of them; null is all. */
export function batchLimit(description: string) {
  return field<BatchLimit>(description, {
    expected: 'a number of batches (an integer ≥ 0) or a share of them (a float from 0.0 to 1.0)',
    json: {
      anyOf: [{ type: 'integer', minimum: 0 }, { type: 'number', minimum: 0, maximum: 1 }, { type: 'null' }],
    },
    parse: (input) => {
      if (input === null) return { kind: 'all' }
      if (isInt(input)) return input >= 0 ? { kind: 'count', batches: input } : undefined
      if (!(input instanceof Float)) return undefined
      if (input.value === 1) return { kind: 'all' }
      return input.value >= 0 && input.value < 1 ? { kind: 'share', share: input.value } : undefined
    },
  })
}

/** How many of `batches` a limit leaves: Lightning's rounding, a share rounds down. */
export function limited(limit: BatchLimit, batches: number): number {
  if (limit.kind === 'all') return batches
  return limit.kind === 'count' ? Math.min(limit.batches, batches) : Math.floor(limit.share * batches)
}
