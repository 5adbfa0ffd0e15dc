import type { JobOutcome } from './launcher.ts'
import { batches } from './sweep.ts'

/** One job of a sweep. */
export interface SweepJob {
  readonly number: number
  /** Override words, those of Hydra's own keys left out. */
  readonly overrides: readonly string[]
}

/** Decides what runs next. */
export type Sweeper = ListedSweeper | SamplingSweeper

/** All jobs are known from the start. */
export interface ListedSweeper {
  readonly kind: 'listed'
  readonly name: string
  readonly jobs: readonly SweepJob[]
  /** Jobs that are launched together; all of them where it is undefined. */
  readonly batchSize?: number | undefined
}

/** Looks at how the jobs before went. */
export interface SamplingSweeper {
  readonly kind: 'sampling'
  readonly name: string
  /** Jobs in all. */
  readonly total: number
  /** What it samples from: another space is another sweep. */
  readonly space: string
  /** The override words of the next jobs, after those whose outcomes are given in order; empty when the sweep is over. */
  next(outcomes: readonly JobOutcome[]): Promise<readonly (readonly string[])[]>
  close(): Promise<void>
}

/** Runs the given jobs in order, in batches of at most `batchSize`. */
export function listedSweeper(
  name: string,
  jobs: readonly (readonly string[])[],
  batchSize?: number,
): ListedSweeper {
  return {
    kind: 'listed',
    name,
    jobs: jobs.map((overrides, number) => ({ number, overrides })),
    ...(batchSize !== undefined && { batchSize }),
  }
}

/** Jobs of a listed sweeper that are still to be run, in its batches. */
export function openBatches(sweeper: ListedSweeper, isOpen: (job: SweepJob) => boolean): SweepJob[][] {
  return batches(sweeper.jobs.filter(isOpen), sweeper.batchSize)
}
