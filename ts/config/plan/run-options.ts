import type { Config } from '../schema/config.ts'
import type { Report } from '../schema/report.ts'
import type { EpochLength } from './epoch-length.ts'

/** How long and how often: what the loop does around the steps. */
export interface RunOptions {
  readonly maxEpochs: number
  readonly minEpochs: number
  /** Optimizer steps; `null` is no limit. */
  readonly maxSteps: number | null
  readonly minSteps: number | null
  /** Wall time; `null` is no limit. */
  readonly maxSeconds: number | null
  readonly logEverySteps: number
  /** Validate after this many micro-batches within an epoch; `null` is at its end only. */
  readonly validateEveryBatches: number | null
  readonly validateEveryEpochs: number
  /** Validation batches to try before training; 0 is none. */
  readonly sanityBatches: number
  /** At most this many batches; `null` is all, 0 is none. */
  readonly limitValBatches: number | null
  readonly limitTestBatches: number | null
  readonly checkpoints: boolean
  readonly progressBar: boolean
  readonly modelSummary: boolean
  /** Micro-batches of an optimizer step. */
  readonly accumulate: number
  readonly batchesPerEpoch: number
  readonly stepsPerEpoch: number
  /** A rehearsal of this many batches: no loggers, no checkpoints, no early stopping. `null` is a real run. */
  readonly fastDevRun: number | null
}

/** What Lightning trains for where nothing says how long. */
const defaultEpochs = 1000

/** Epochs that a run can have: as many as asked for, or as its steps need. */
export function epochsOf(config: Config, stepsPerEpoch: number, report: Report): number {
  const { max_epochs, max_steps, max_time, fast_dev_run } = config.trainer
  if (fast_dev_run !== null) return 1
  if (typeof max_epochs === 'number') return max_epochs
  if (typeof max_steps === 'number') return Math.ceil(max_steps / stepsPerEpoch)
  const why =
    max_time === null ? 'nothing says how long to train' : 'max_time alone gives the schedule no length'
  report.warning({
    key: 'trainer.max_epochs',
    message: `${why}: it is taken as ${defaultEpochs} epochs`,
    hint: 'say trainer.max_epochs',
  })
  return defaultEpochs
}

export function resolveRun(config: Config, epochs: number, length: EpochLength, report: Report): RunOptions {
  const { trainer } = config
  const rehearsal = trainer.fast_dev_run
  const every = validateEvery(config, length.trainBatches, report)
  warnOfIdleLimits(config, epochs, length, report)
  return {
    maxEpochs: epochs,
    minEpochs: trainer.min_epochs ?? 0,
    maxSteps: rehearsal ?? (trainer.max_steps === 'endless' ? null : trainer.max_steps),
    minSteps: trainer.min_steps,
    maxSeconds: trainer.max_time,
    logEverySteps: trainer.log_every_n_steps,
    validateEveryBatches: every < length.trainBatches ? every : null,
    validateEveryEpochs: rehearsal === null ? trainer.check_val_every_n_epoch : 1,
    sanityBatches: sanity(config, length),
    limitValBatches: length.limitVal,
    limitTestBatches: length.limitTest,
    checkpoints: (trainer.enable_checkpointing ?? true) && rehearsal === null,
    progressBar: trainer.enable_progress_bar ?? true,
    modelSummary: trainer.enable_model_summary ?? true,
    accumulate: trainer.accumulate_grad_batches,
    batchesPerEpoch: length.trainBatches,
    stepsPerEpoch: length.stepsPerEpoch,
    fastDevRun: rehearsal,
  }
}

/** Limits that another one makes pointless. */
function warnOfIdleLimits({ trainer }: Config, epochs: number, length: EpochLength, report: Report): void {
  const { accumulate_grad_batches: accumulate, max_steps, fast_dev_run } = trainer
  if (fast_dev_run !== null || length.trainBatches === 0) return
  if (accumulate > length.trainBatches)
    report.warning({
      key: 'trainer.accumulate_grad_batches',
      message: `${accumulate} batches is more than the ${length.trainBatches} of an epoch: there is one optimizer step an epoch`,
    })
  const steps = epochs * length.stepsPerEpoch
  if (typeof max_steps === 'number' && max_steps > steps)
    report.warning({
      key: 'trainer.max_steps',
      message: `${max_steps} steps are never reached: max_epochs ends the run after ${steps}`,
    })
}

function validateEvery({ trainer }: Config, trainBatches: number, report: Report): number {
  if (trainer.fast_dev_run !== null) return trainBatches
  const interval = trainer.val_check_interval
  if (interval.kind === 'share') return Math.max(1, Math.floor(trainBatches * interval.share))
  if (interval.batches > trainBatches && trainBatches > 0)
    report.problem({
      key: 'trainer.val_check_interval',
      message: `${interval.batches} batches is more than the ${trainBatches} of an epoch, so validation would never run`,
      hint: `say ${trainBatches} or less, or a share of an epoch such as 1.0`,
    })
  return interval.batches
}

function sanity({ trainer }: Config, { valBatches }: EpochLength): number {
  if (trainer.fast_dev_run !== null) return 0
  const asked = trainer.num_sanity_val_steps
  return asked === -1 ? valBatches : Math.min(asked, valBatches)
}
