import { canonicalText } from '../config/overrides/canonical.ts'
import { isSweep, keyWithPackage, OPERATION_PREFIX, type Override } from '../config/overrides/value.ts'
import { valuesOf } from '../config/sweep.ts'
import { floatText } from '../config/yaml/number-text.ts'
import { ConfigError } from '../errors/index.ts'

/** What a trial may choose for one key. Values are texts as in an override word. */
export type Dimension =
  | { readonly key: string; readonly kind: 'choice'; readonly texts: readonly string[] }
  | {
      readonly key: string
      readonly kind: 'float' | 'int'
      /** Both ends are possible. */
      readonly low: number
      readonly high: number
      /** Even on a logarithmic scale. */
      readonly log: boolean
    }

export interface SearchSpace {
  /** Words that all trials share. */
  readonly fixed: readonly string[]
  readonly dimensions: readonly Dimension[]
}

/** Digits of a sampled number: more only make run folders hard to read. */
const DIGITS = 6

/** The space that override words span. @throws ConfigError for a space without anything to choose, and for bad intervals */
export function searchSpace(
  words: readonly Override[],
  groupOptions: (group: string) => readonly string[],
): SearchSpace {
  const fixed = new Map<string, string>()
  const dimensions = new Map<string, Dimension>()
  for (const word of words) {
    const key = `${OPERATION_PREFIX[word.operation]}${keyWithPackage(word)}`
    fixed.delete(key)
    dimensions.delete(key)
    if (word.value !== undefined && isSweep(word.value))
      dimensions.set(key, dimensionOf(key, word, groupOptions))
    else
      for (const value of valuesOf(word, { groupOptions })) fixed.set(key, `${key}=${canonicalText(value)}`)
  }
  if (dimensions.size > 0) return { fixed: [...fixed.values()], dimensions: [...dimensions.values()] }
  throw new ConfigError({
    key: 'hydra.sweeper.params',
    message: 'there is nothing to choose from: no key has several values',
    hint: 'add a word such as model.learning_rate=tag(log,interval(1e-4,1e-2)) or model=resnet18,resnet34',
  })
}

function dimensionOf(
  key: string,
  word: Override,
  groupOptions: (group: string) => readonly string[],
): Dimension {
  const { value } = word
  if (value === undefined || !isSweep(value) || value.kind !== 'interval')
    return { key, kind: 'choice', texts: valuesOf(word, { groupOptions }).map(canonicalText) }
  const [low, high] = [Number(value.start.value), Number(value.end.value)]
  const log = value.tags.includes('log')
  const fail = (message: string, hint: string): ConfigError =>
    new ConfigError({
      message,
      hint,
      place: { kind: 'override', text: word.text, argument: word.argument, column: word.valueColumn },
    })
  if (!(low < high)) throw fail(`the interval of ${key} is empty`, 'write interval(LOW,HIGH)')
  if (log && low <= 0) throw fail(`a logarithmic interval of ${key} begins above 0`, 'raise its lower end')
  const kind = value.start.kind === 'int' && value.end.kind === 'int' ? 'int' : 'float'
  return { key, kind, low, high, log }
}

/** The value at `share` of a dimension, 0 ≤ share < 1, as text. */
export function valueAt(dimension: Dimension, share: number): string {
  if (dimension.kind === 'choice')
    return dimension.texts[Math.floor(share * dimension.texts.length)] ?? dimension.texts[0] ?? ''
  const { low, high, log, kind } = dimension
  // Each whole number gets a share of the same width.
  const [from, to] = kind === 'int' ? (log ? [low - 0.5, high + 0.5] : [low, high + 1]) : [low, high]
  const value = log ? Math.exp(Math.log(from) + share * Math.log(to / from)) : from + share * (to - from)
  if (kind === 'float') return numberText(value)
  const whole = log ? Math.round(value) : Math.floor(value)
  return String(Math.min(high, Math.max(low, whole)))
}

/** A sampled number as text: rounded, and a float even where it is whole. */
export function numberText(value: number): string {
  return floatText(Number(value.toPrecision(DIGITS)))
}

/** How many trials differ from each other; infinite where something is continuous. */
export function spaceSize({ dimensions }: SearchSpace): number {
  return dimensions.reduce((size, dimension) => {
    if (dimension.kind === 'choice') return size * new Set(dimension.texts).size
    return size * (dimension.kind === 'int' ? dimension.high - dimension.low + 1 : Infinity)
  }, 1)
}

/** One line for each key. */
export function describeSpace({ fixed, dimensions }: SearchSpace): string {
  const lines = dimensions.map((dimension) => {
    if (dimension.kind === 'choice') return `  ${dimension.key}: ${dimension.texts.join(' | ')}`
    const { key, kind, low, high, log } = dimension
    return `  ${key}: ${kind} from ${low} to ${high}${log ? ', logarithmic' : ''}`
  })
  return [...fixed.map((word) => `  ${word}`), ...lines].join('\n')
}
