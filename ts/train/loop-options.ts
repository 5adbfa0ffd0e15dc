/** How long and how often; everything about the steps themselves is in the plan. */
export interface LoopOptions {
  readonly maxEpochs: number
  /** Optimizer steps; `null` is no limit. */
  readonly maxSteps: number | null
  /** Wall time of this process; `null` is no limit. */
  readonly maxSeconds: number | null
  /** Early stopping waits at least this long. */
  readonly minEpochs: number
  /** Optimizer steps between two logged rows; also the longest span. */
  readonly logEverySteps: number
  /** Validate after this many micro-batches within an epoch; `null` is at its end only. */
  readonly validateEveryBatches: number | null
  readonly validateEveryEpochs: number
  /** Validation batches to try before training; 0 is none. */
  readonly sanityBatches: number
  /** At most this many validation batches; `null` is all; 0 is no validation. */
  readonly limitValBatches: number | null
  /** The same for the test after training. */
  readonly limitTestBatches: number | null
  /** Whether checkpoints are written at all. */
  readonly checkpoints: boolean
  /** Micro-batches of an optimizer step. */
  readonly accumulate: number
}
