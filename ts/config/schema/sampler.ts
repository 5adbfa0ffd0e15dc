import * as v from 'valibot'
import { asNumber, bool, choice, field, int } from './field.ts'

/** A weight for each class: by name, or in index order. Numbers ≥ 0. */
export type ClassWeights = Readonly<Record<string, number>> | readonly number[]

/** `{name: weight}` or a list of weights; `undefined` for anything else. */
export function parseClassWeights(input: unknown): ClassWeights | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const numbers = Object.entries(input).map(([name, weight]) => [name, asNumber(weight)] as const)
  if (numbers.some(([, weight]) => weight === undefined || weight < 0) || numbers.length === 0)
    return undefined
  if (Array.isArray(input)) return numbers.map(([, weight]) => weight ?? 0)
  return Object.fromEntries(numbers.map(([name, weight]) => [name, weight ?? 0]))
}

/** JSON Schema of class weights. */
export const classWeightsJson = {
  anyOf: [
    { type: 'object', additionalProperties: { type: 'number', minimum: 0 } },
    { type: 'array', items: { type: 'number', minimum: 0 } },
  ],
}

/** `data.sampler`: in which proportions the classes are drawn. */
export const samplerSchema = v.pipe(
  v.object({
    mode: v.optional(
      choice(
        'disabled: every image once an epoch; auto: classes equally often; manual: by `class_weights`.',
        ['disabled', 'auto', 'manual'],
      ),
      'disabled',
    ),
    class_weights: v.optional(
      v.nullable(
        field<ClassWeights>(
          'Weight of an image of each class, by class name or in index order (mode manual).',
          {
            expected: 'weights ≥ 0 by class name ({name: weight, …}) or as a list in index order',
            json: classWeightsJson,
            parse: parseClassWeights,
          },
        ),
      ),
      null,
    ),
    num_samples: v.optional(
      v.nullable(int('Images drawn an epoch; null is as many as there are.', { min: 1 })),
      null,
    ),
    replacement: v.optional(bool('An image may be drawn again in the same epoch.'), true),
  }),
  v.forward(
    v.check(
      ({ mode, class_weights }) => mode !== 'manual' || class_weights !== null,
      'mode manual needs the weights: class_weights: {name: weight, …}',
    ),
    ['class_weights'],
  ),
)
