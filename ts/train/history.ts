import type { Scalars } from './callback.ts'

/** One epoch as the run will remember it. */
export interface EpochRecord {
  readonly epoch: number
  /** Optimizer steps done at its end. */
  readonly step: number
  readonly scalars: Scalars
}

/** The epochs of a run, kept in every checkpoint: curves, early stopping and best-of read nothing else. */
export class History {
  #records: EpochRecord[]

  constructor(records: readonly EpochRecord[] = []) {
    this.#records = [...records]
  }

  get records(): readonly EpochRecord[] {
    return this.#records
  }

  /** The record of an epoch that is done again, after a failure at its end, replaces the one before. */
  add(record: EpochRecord): void {
    if (this.#records.at(-1)?.epoch === record.epoch) this.#records.pop()
    this.#records.push(record)
  }

  /** Gives the last record these scalars, which hold what callbacks made of the epoch too. */
  amend(scalars: Scalars): void {
    const last = this.#records.pop()
    if (last) this.#records.push({ ...last, scalars })
  }

  /** [epoch, value] of a metric, in order; epochs without it are left out. */
  series(metric: string): [epoch: number, value: number][] {
    return this.#records.flatMap((record) => {
      const value = record.scalars[metric]
      return value === undefined ? [] : [[record.epoch, value] as [number, number]]
    })
  }

  /** Every metric name seen so far, sorted. */
  metrics(): string[] {
    return [...new Set(this.#records.flatMap((record) => Object.keys(record.scalars)))].sort()
  }

  /** Plain data for a checkpoint. */
  toJSON(): readonly EpochRecord[] {
    return this.#records
  }
}
