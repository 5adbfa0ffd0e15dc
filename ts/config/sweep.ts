import { ConfigError } from '../errors/index.ts'
import { canonicalText } from './overrides/canonical.ts'
import { shuffled } from './overrides/functions.ts'
import { globMatches } from './overrides/glob.ts'
import { rangeItems } from './overrides/range.ts'
import {
  type Element,
  isSweep,
  keyWithPackage,
  OPERATION_PREFIX,
  type Override,
  type Sweep,
} from './overrides/value.ts'

/** More jobs are a mistake, not a sweep. */
const MAX_JOBS = 100_000

export interface ExpandOptions {
  /** Options of a group, for `glob`. */
  readonly groupOptions: (group: string) => readonly string[]
  readonly random?: (() => number) | undefined
}

/**
 * The override words of each job: the cartesian product of all sweeps, the last key fastest, values in canonical form. A
 * key that is given twice keeps its place with its last value.
 * @throws ConfigError for intervals, empty sweeps and too many jobs
 */
export function expandSweep(overrides: readonly Override[], options: ExpandOptions): string[][] {
  const byKey = new Map<string, readonly string[]>()
  for (const override of overrides) {
    const key = `${OPERATION_PREFIX[override.operation]}${keyWithPackage(override)}`
    const texts = valuesOf(override, options).map(canonicalText)
    byKey.set(
      key,
      texts.map((text) => `${key}=${text}`),
    )
  }
  let count = 1
  for (const words of byKey.values()) count *= words.length
  if (count > MAX_JOBS) {
    throw new ConfigError({
      message: `the sweep has ${count} jobs; at most ${MAX_JOBS} are possible`,
      hint: 'sweep over fewer values',
    })
  }
  let jobs: string[][] = [[]]
  for (const words of byKey.values()) jobs = jobs.flatMap((job) => words.map((word) => [...job, word]))
  return jobs
}

/** Cuts jobs into batches of at most `size`. */
export function batches<Job>(jobs: readonly Job[], size: number | undefined): Job[][] {
  if (size === undefined) return jobs.length > 0 ? [[...jobs]] : []
  const result: Job[][] = []
  for (let start = 0; start < jobs.length; start += size) result.push(jobs.slice(start, start + size))
  return result
}

/** The values of one override, in order. @throws ConfigError */
export function valuesOf(override: Override, options: ExpandOptions): readonly Element[] {
  const { value } = override
  if (value === undefined) return [{ kind: 'null' }]
  if (!isSweep(value)) return [value]
  const place = {
    kind: 'override',
    text: override.text,
    argument: override.argument,
    column: override.valueColumn,
  } as const
  if (value.kind === 'interval') {
    throw new ConfigError({
      message: `the basic sweeper cannot enumerate an interval: '${override.text}'`,
      place,
      hint: 'use choice(…) or range(…), or a sweeper that samples',
    })
  }
  const items = enumerated(override, value, options)
  if (items.length > 0) return items
  const hint =
    value.kind === 'glob' ? `the options are ${options.groupOptions(override.key).join(', ')}` : undefined
  throw new ConfigError({ message: `the sweep '${override.text}' has no values`, place, hint })
}

function enumerated(
  override: Override,
  sweep: Exclude<Sweep, { kind: 'interval' }>,
  options: ExpandOptions,
): readonly Element[] {
  switch (sweep.kind) {
    case 'choice':
      return sweep.shuffle ? shuffled(sweep.items, options.random ?? Math.random) : sweep.items
    case 'range': {
      const items = itemsOf(override, sweep)
      return sweep.shuffle ? shuffled(items, options.random ?? Math.random) : items
    }
    case 'glob': {
      const names = options.groupOptions(override.key).filter((name) => globMatches(sweep, name))
      return names.map((value) => ({ kind: 'str', value }))
    }
  }
}

function itemsOf(override: Override, range: Extract<Sweep, { kind: 'range' }>): readonly Element[] {
  try {
    return rangeItems(range)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const place = {
      kind: 'override',
      text: override.text,
      argument: override.argument,
      column: override.valueColumn,
    } as const
    throw new ConfigError({ message: `in '${override.text}': ${error.message}`, place })
  }
}
