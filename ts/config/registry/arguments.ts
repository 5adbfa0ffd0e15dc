import * as v from 'valibot'
import type { AutoAugmentPolicy, Dtype, Interpolation, PaddingMode } from '../../native/spec.d.ts'
import { asNumber, bool, choice, field, float, isInt, type Range, Refused, within } from '../schema/field.ts'

type Pair = [number, number]
type Quad = [number, number, number, number]
type Triple = [number, number, number]

const numbers = (input: unknown): number[] | undefined => {
  if (!Array.isArray(input)) return undefined
  const parsed = input.map(asNumber)
  return parsed.every((item) => item !== undefined) ? (parsed as number[]) : undefined
}

const listOf = (item: object, ...lengths: number[]) => ({
  type: 'array',
  items: item,
  minItems: Math.min(...lengths),
  maxItems: Math.max(...lengths),
})
const numberOr = (...lengths: number[]) => ({
  anyOf: [{ type: 'number' }, listOf({ type: 'number' }, ...lengths)],
})
const integer = { type: 'integer', minimum: 1 }

/** A height and width, or one number for both. */
export const size = (description: string) =>
  field<Pair>(description, {
    expected: 'an integer ≥ 1 or [height, width]',
    json: { anyOf: [integer, listOf(integer, 1, 2)] },
    parse: (input) => {
      const sizes = Array.isArray(input) ? input : [input]
      if (!sizes.every((side) => isInt(side) && side >= 1)) return undefined
      if (sizes.length === 1) return [sizes[0], sizes[0]]
      return sizes.length === 2 ? [sizes[0], sizes[1]] : undefined
    },
  })

/** Two numbers in order. */
export const interval = (description: string, range: Range = {}) =>
  field<Pair>(description, {
    expected: `[lowest, highest]${rangeWords(range)}`,
    json: listOf({ type: 'number' }, 2),
    parse: (input) => {
      const [low, high, ...rest] = numbers(input) ?? []
      if (low === undefined || high === undefined || rest.length > 0) return undefined
      return low <= high && within(low, range) && within(high, range) ? [low, high] : undefined
    },
  })

/** Two numbers in any order. */
export const pair = (description: string, expected: string, range: Range = {}) =>
  field<Pair>(description, {
    expected,
    json: listOf({ type: 'number' }, 2),
    parse: (input) => {
      const [first, second, ...rest] = numbers(input) ?? []
      if (first === undefined || second === undefined || rest.length > 0) return undefined
      return within(first, range) && within(second, range) ? [first, second] : undefined
    },
  })

/** One number for two, a list of one, or a list of two. */
export const numberOrPair = (description: string) =>
  field<Pair>(description, {
    expected: 'a number or a list of two',
    json: numberOr(1, 2),
    parse: (input) => {
      const one = asNumber(input)
      const [first = one, second = first, ...rest] = numbers(input) ?? []
      return first === undefined || second === undefined || rest.length > 0 ? undefined : [first, second]
    },
  })

/** A largest angle ≥ 0, which becomes [−a, a], or [lowest, highest]. */
export const angles = (description: string) =>
  field<Pair>(description, {
    expected: 'an angle ≥ 0 or [lowest, highest]',
    json: numberOr(2),
    parse: angleRange,
  })

function angleRange(input: unknown): Pair | undefined {
  const one = asNumber(input)
  if (one !== undefined) return one >= 0 ? [0 - one, one] : undefined
  const [low, high, ...rest] = numbers(input) ?? []
  if (low === undefined || high === undefined || rest.length > 0) return undefined
  return low <= high ? [low, high] : undefined
}

/** torchvision's shear: a number or two of them are x only, four are x and y. */
export const shear = (description: string) =>
  field<Quad>(description, {
    expected: 'an angle ≥ 0, [x lowest, x highest] or [x lowest, x highest, y lowest, y highest]',
    json: numberOr(2, 4),
    parse: (input) => {
      const x = angleRange(input)
      if (x !== undefined) return [x[0], x[1], 0, 0]
      const [a, b, c, d, ...rest] = numbers(input) ?? []
      if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined
      return rest.length === 0 && a <= b && c <= d ? [a, b, c, d] : undefined
    },
  })

/** A colour on the 0–255 scale: a number, or one for each channel; null is torchvision's None. */
export const fill = () =>
  field<Triple | null>('Colour of what lies outside, 0–255: a number or [red, green, blue].', {
    expected: 'a number, [red, green, blue] or null',
    json: { anyOf: [...numberOr(1, 3).anyOf, { type: 'null' }] },
    parse: (input) => (input === null ? null : color(input)),
  })

/** A number or three of them. */
export function color(input: unknown): Triple | undefined {
  const one = asNumber(input)
  const list = one === undefined ? numbers(input) : [one]
  if (list === undefined) return undefined
  const [red, green, blue, ...rest] = list.length === 1 ? [list[0], list[0], list[0]] : list
  if (red === undefined || green === undefined || blue === undefined || rest.length > 0) return undefined
  return [red, green, blue]
}

/** [left, top, right, bottom] from one, two or four integers. */
export const padding = (description: string) =>
  field<Quad>(description, {
    expected: 'an integer, [left and right, top and bottom] or [left, top, right, bottom]',
    json: { anyOf: [{ type: 'integer' }, listOf({ type: 'integer' }, 1, 4)] },
    parse: (input) => {
      const sides = Array.isArray(input) ? input : [input]
      if (!sides.every(isInt)) return undefined
      const [a = 0, b = a, c = a, d = b] = sides
      return [1, 2, 4].includes(sides.length) ? [a, b, c, d] : undefined
    },
  })

/**
 * ColorJitter's argument: a number v ≥ 0 is [max(0, center − v), center + v], a pair is itself; both within `bounds`.
 * A range that changes nothing is null.
 */
export const jitter = (description: string, center: 0 | 1, bounds: Range) =>
  field<Pair | null>(description, {
    expected: `a number ≥ 0 or [lowest, highest]${rangeWords(bounds)}`,
    json: { anyOf: [...numberOr(2).anyOf, { type: 'null' }] },
    parse: (input) => {
      if (input === null) return null
      const one = asNumber(input)
      if (one !== undefined && one < 0) return undefined
      const low = one === undefined ? undefined : center === 1 ? Math.max(0, center - one) : center - one
      const range = one === undefined ? numbers(input) : [low ?? 0, center + one]
      const [first, second, ...rest] = range ?? []
      if (first === undefined || second === undefined || rest.length > 0 || first > second) return undefined
      if (!within(first, bounds) || !within(second, bounds)) return undefined
      return first === center && second === center ? null : [first, second]
    },
  })

const interpolations: Readonly<Record<string, Interpolation>> = {
  nearest: 'nearest',
  'nearest-exact': 'nearest_exact',
  nearest_exact: 'nearest_exact',
  bilinear: 'bilinear',
  bicubic: 'bicubic',
  // Pillow's numbers.
  '0': 'nearest',
  '2': 'bilinear',
  '3': 'bicubic',
}

/** torchvision's interpolation, by name, by `InterpolationMode.NAME` or by Pillow's number. */
export const interpolation = (initial: Interpolation) =>
  v.optional(
    field<Interpolation>('How pixels between the pixels are found.', {
      expected: 'nearest, nearest_exact, bilinear or bicubic',
      json: { enum: ['nearest', 'nearest_exact', 'bilinear', 'bicubic', 'nearest-exact', 0, 2, 3] },
      names: ['nearest', 'nearest_exact', 'bilinear', 'bicubic'],
      parse: (input) => {
        if (typeof input !== 'string' && !isInt(input)) return undefined
        const name = lastWord(String(input)).toLowerCase()
        if (['lanczos', 'box', 'hamming'].includes(name))
          return new Refused(`interpolation ${name} is not offered, as in torchvision for tensors`)
        return Object.hasOwn(interpolations, name) ? interpolations[name] : undefined
      },
    }),
    initial,
  )

export const paddingMode = () =>
  v.optional(
    choice('What lies outside the image.', [
      'constant',
      'edge',
      'reflect',
      'symmetric',
    ] as const satisfies readonly PaddingMode[]),
    'constant',
  )

export const policy = () =>
  v.optional(
    field<AutoAugmentPolicy>('The data set whose policy was searched for.', {
      expected: 'imagenet, cifar10 or svhn',
      json: { enum: ['imagenet', 'cifar10', 'svhn'] },
      names: ['imagenet', 'cifar10', 'svhn'],
      parse: (input) => {
        if (typeof input !== 'string') return undefined
        const name = lastWord(input).toLowerCase()
        return (['imagenet', 'cifar10', 'svhn'] as const).find((each) => each === name)
      },
    }),
    'imagenet',
  )

const dtypes: Readonly<Record<string, Dtype>> = {
  uint8: 'uint8',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  float32: 'float32',
  float: 'float32',
  float64: 'float64',
  double: 'float64',
}

/** A torch dtype by name: `float32` or `torch.float32`. */
export const dtype = (description: string) =>
  field<Dtype>(description, {
    expected: 'a dtype such as float32 (torch.float32)',
    json: { type: 'string', examples: ['float32', 'torch.float32', 'uint8'] },
    names: Object.keys(dtypes),
    parse: (input) => {
      if (typeof input !== 'string') return undefined
      const name = lastWord(input)
      return Object.hasOwn(dtypes, name) ? dtypes[name] : undefined
    },
  })

export const probability = (initial = 0.5) =>
  v.optional(float('Probability that it acts.', { min: 0, max: 1 }), initial)

export const antialias = () => v.optional(bool('Smooth while shrinking.'), true)

export const triple = (description: string, range: Range = {}) =>
  field<Triple>(description, {
    expected: `three numbers, one for each channel${rangeWords(range)}`,
    json: listOf({ type: 'number' }, 3),
    parse: (input) => {
      const [red, green, blue, ...rest] = numbers(input) ?? []
      if (red === undefined || green === undefined || blue === undefined || rest.length > 0) return undefined
      return [red, green, blue].every((each) => within(each, range)) ? [red, green, blue] : undefined
    },
  })

/** An argument that Python has and that means nothing here. */
export const inplace = () => v.optional(bool('Means nothing here.'), false)

/** The part after the last dot. */
const lastWord = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

function rangeWords({ min, max, above }: Range): string {
  if (min !== undefined && max !== undefined) return ` within ${min} … ${max}`
  if (above !== undefined) return ` above ${above}`
  return min === undefined ? '' : ` ≥ ${min}`
}
