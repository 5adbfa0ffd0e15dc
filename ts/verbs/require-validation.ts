import { limited } from '../config/schema/batch-limit.ts'
import type { Config } from '../config/schema/config.ts'
import { DataError } from '../errors/index.ts'
import type { PlannedTraining } from './plan-training.ts'

/** A data set without a validation split is told of before the first epoch, not after it. Throws DataError. */
export function requireValidation({ trainer }: Config, { dataset: { summary } }: PlannedTraining): void {
  const isWanted = limited(trainer.limit_val_batches, Number.MAX_SAFE_INTEGER) > 0
  if (!isWanted || summary.splits.some(({ split }) => split === 'val')) return
  throw new DataError(
    `the data set ${summary.root} has no valid/ (or val/) split to score after each epoch`,
    {
      hint: 'add one, or train without validation: trainer.limit_val_batches=0',
      details: { path: summary.root },
    },
  )
}
