import type { DatasetSummary, SamplerSpec, Split } from '../../native/spec.d.ts'
import { limited } from '../schema/batch-limit.ts'
import type { Config } from '../schema/config.ts'
import type { Report } from '../schema/report.ts'

/** How many batches and optimizer steps an epoch has. */
export interface EpochLength {
  readonly trainBatches: number
  readonly stepsPerEpoch: number
  readonly valBatches: number
  readonly testBatches: number
  /** Limits as the loaders and requests take them: `null` is all; of validation, 0 is none. */
  readonly limitTrain: number | null
  readonly limitVal: number | null
  readonly limitTest: number | null
}

/** Images of a split; 0 where there is none. */
export const samplesOf = (summary: DatasetSummary, split: Split): number =>
  summary.splits.find((found) => found.split === split)?.samples ?? 0

/** Counts as Lightning does: limits apply to whole batches, shares round down, a last window of accumulation counts. */
export function epochLength(
  config: Config,
  summary: DatasetSummary,
  sampler: SamplerSpec,
  report: Report,
): EpochLength {
  const { data, trainer } = config
  const drawn = (sampler.kind === 'weighted' ? sampler.num_samples : null) ?? samplesOf(summary, 'train')
  const allTrain = data.drop_last ? Math.floor(drawn / data.batch_size) : Math.ceil(drawn / data.batch_size)
  const batchesOf = (split: Split) => Math.ceil(samplesOf(summary, split) / data.batch_size)
  const overfit = trainer.overfit_batches.kind === 'count' && trainer.overfit_batches.batches === 0
  const limit = (own: typeof trainer.overfit_batches, all: number, isTest = false): number => {
    if (trainer.fast_dev_run !== null) return Math.min(trainer.fast_dev_run, all)
    return limited(overfit || isTest ? own : trainer.overfit_batches, all)
  }
  const trainBatches = limit(trainer.limit_train_batches, allTrain)
  const valBatches = limit(trainer.limit_val_batches, batchesOf('val'))
  const testBatches = limit(trainer.limit_test_batches, batchesOf('test'), true)
  if (trainBatches === 0) report.problem(noBatches(config, drawn, allTrain, overfit))
  return {
    trainBatches,
    stepsPerEpoch: Math.max(1, Math.ceil(trainBatches / trainer.accumulate_grad_batches)),
    valBatches,
    testBatches,
    limitTrain: trainBatches === allTrain ? null : trainBatches,
    limitVal: valBatches > 0 && valBatches === batchesOf('val') ? null : valBatches,
    limitTest: testBatches === batchesOf('test') ? null : testBatches,
  }
}

function noBatches(config: Config, drawn: number, allTrain: number, overfit: boolean) {
  if (drawn === 0) return { key: 'data.data_root', message: 'the train split has no images' }
  if (allTrain === 0)
    return {
      key: 'data.batch_size',
      message: `a batch of ${config.data.batch_size} is more than the ${drawn} training images, and drop_last leaves it out`,
      hint: 'choose a smaller data.batch_size, or data.drop_last=false',
    }
  const key = overfit ? 'trainer.limit_train_batches' : 'trainer.overfit_batches'
  return {
    key,
    message: `leaves none of the ${allTrain} training batches`,
    hint: `a share of at least ${1 / allTrain}`,
  }
}
