import type { JobOutcome } from './launcher.ts'
import { batches } from './sweep.ts'

/** One job of a sweep. */
export interface SweepJob {
  readonly number: number
  /** Override words, those of Hydra's own keys left out. */
  readonly overrides: readonly string[]
}

/** Decides what runs next. A sweeper that samples looks at the outcomes of the batches before. */
export interface Sweeper {
  readonly name: string
  /** The next batch; undefined when the sweep is over. */
  next(outcomes: readonly JobOutcome[]): readonly SweepJob[] | undefined
  /** All jobs, where they are known from the start. */
  readonly jobs?: readonly SweepJob[] | undefined
}

/** Runs the given jobs in order, in batches of at most `maxBatchSize`. */
export function basicSweeper(jobs: readonly (readonly string[])[], maxBatchSize?: number): Sweeper {
  const numbered = jobs.map((overrides, number) => ({ number, overrides }))
  const waiting = batches(numbered, maxBatchSize)
  return { name: 'basic', jobs: numbered, next: () => waiting.shift() }
}
