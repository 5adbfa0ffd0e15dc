import * as v from 'valibot'
import { Float } from './float.ts'
import { kindOf, show } from './show.ts'

/** A fragment of a JSON Schema, for editors. */
export type JsonFragment = Readonly<Record<string, unknown>>

/** What a leaf of the configuration says about itself. */
export interface FieldFacts {
  readonly description: string
  /** Completes "expected …". */
  readonly expected: string
  readonly json: JsonFragment
  /** All valid texts, where there is a list of them: typing errors are compared with it. */
  readonly names: readonly string[]
}

/** A refusal with a reason of its own instead of "expected …, received …". */
export class Refused {
  constructor(readonly reason: string) {}
}

interface Rule<Out> {
  readonly expected: string
  readonly json: JsonFragment
  readonly names?: readonly string[]
  /** The value to use, or `undefined` when the input is not acceptable. */
  readonly parse: (input: unknown) => Out | Refused | undefined
}

/** One value of the configuration. Its input is a lowered node: numbers written as floats come as `Float`. */
export function field<Out>(description: string, rule: Rule<Out>) {
  const facts: FieldFacts = {
    description,
    expected: rule.expected,
    json: rule.json,
    names: rule.names ?? [],
  }
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Out>(({ dataset, addIssue, NEVER }) => {
      const parsed = rule.parse(dataset.value)
      if (parsed instanceof Refused) addIssue({ message: parsed.reason })
      else if (parsed !== undefined) return parsed
      else
        addIssue({
          message: `expected ${rule.expected}, received ${show(dataset.value)}${kindOf(dataset.value)}`,
        })
      return NEVER
    }),
    v.metadata({ facts }),
  )
}

export interface Range {
  readonly min?: number
  readonly max?: number
  /** Exclusive lower bound. */
  readonly above?: number
  /** Exclusive upper bound. */
  readonly below?: number
}

/** An integer, written as one: `1e3` and `1.0` are floats. */
export function int(description: string, range: Range = {}) {
  const bounds = { max: Number.MAX_SAFE_INTEGER, ...range }
  return field<number>(description, {
    expected: `an integer${rangeText(range)}`,
    json: { type: 'integer', ...rangeJson(range) },
    parse: (input) => {
      if (isInt(input)) return within(input, bounds) ? input : undefined
      return wholeFloat(input, bounds)
    },
  })
}

/** `1e3` is a float; where an integer was meant, say how to write it. */
export function wholeFloat(input: unknown, range: Range): Refused | undefined {
  if (!(input instanceof Float) || !Number.isSafeInteger(input.value) || !within(input.value, range))
    return undefined
  return new Refused(`expected an integer, received ${show(input)} (a float): write ${input.value}`)
}

/** Any finite number. */
export function float(description: string, range: Range = {}) {
  return field<number>(description, {
    expected: `a number${rangeText(range)}`,
    json: { type: 'number', ...rangeJson(range) },
    parse: (input) => {
      const number = asNumber(input)
      return number !== undefined && within(number, range) ? number : undefined
    },
  })
}

export function bool(description: string) {
  return field<boolean>(description, {
    expected: 'true or false',
    json: { type: 'boolean' },
    parse: (input) => (typeof input === 'boolean' ? input : undefined),
  })
}

export function text(description: string) {
  return field<string>(description, {
    expected: 'text',
    json: { type: 'string' },
    parse: (input) => (typeof input === 'string' ? input : undefined),
  })
}

/** One of a few names. */
export function choice<const Names extends readonly string[]>(description: string, names: Names) {
  return field<Names[number]>(description, {
    expected: oneOf(names),
    json: { enum: names },
    names,
    parse: (input) => names.find((name) => name === input),
  })
}

/** A list whose items each satisfy `parse`; `item` completes "a list of …". */
export function list<Out>(
  description: string,
  item: {
    readonly expected: string
    readonly json: JsonFragment
    readonly parse: (input: unknown) => Out | undefined
  },
) {
  return field<readonly Out[]>(description, {
    expected: `a list of ${item.expected}`,
    json: { type: 'array', items: item.json },
    parse: (input) => {
      if (!Array.isArray(input)) return undefined
      const items: Out[] = []
      for (const each of input) {
        const parsed = item.parse(each)
        if (parsed === undefined) return undefined
        items.push(parsed)
      }
      return items
    },
  })
}

/** `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`
}

export const isInt = (input: unknown): input is number =>
  typeof input === 'number' && Number.isSafeInteger(input)

/** The value of an integer or float; `undefined` for anything else, infinities and NaN included. */
export function asNumber(input: unknown): number | undefined {
  const number = input instanceof Float ? input.value : input
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

export function within(value: number, { min, max, above, below }: Range): boolean {
  return (
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  )
}

function rangeText({ min, max, above, below }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  const parts = [
    min === undefined ? '' : ` ≥ ${min}`,
    above === undefined ? '' : ` > ${above}`,
    max === undefined ? '' : ` ≤ ${max}`,
    below === undefined ? '' : ` < ${below}`,
  ]
  return parts.filter((part) => part !== '').join(' and')
}

function rangeJson({ min, max, above, below }: Range): JsonFragment {
  return {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
    ...(below === undefined ? {} : { exclusiveMaximum: below }),
  }
}
