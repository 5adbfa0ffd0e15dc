import { createHash } from 'node:crypto'
import type { DatasetSummary } from '../native/spec.d.ts'
import { type PlanDifference, planDifferences } from './plan-difference.ts'

/** What makes two runs the same run: a resume must find it unchanged. */
export interface RunIdentity {
  readonly plan: unknown
  /** {@link trainingData}; undefined where it was not written down. */
  readonly data: string | undefined
}

/**
 * The training images by number and class. A file that was mended is the same data; another class, or one image more, is
 * not: the order of the images and the length of an epoch hang on it.
 */
export function trainingData({ classes, splits }: Pick<DatasetSummary, 'classes' | 'splits'>): string {
  const train = splits.find(({ split }) => split === 'train')
  const facts = JSON.stringify([classes, train?.per_class ?? []])
  const digest = createHash('sha256').update(facts).digest('hex').slice(0, 8)
  return `${train?.samples ?? 0} training images of ${classes.length} classes, ${digest}`
}

/** Where two runs differ, by the keys that a user would set. */
export function identityDifferences(before: RunIdentity, now: RunIdentity): PlanDifference[] {
  const byKey = new Map<string, PlanDifference>()
  for (const difference of planDifferences(before.plan, now.plan)) {
    const key = configKeys[difference.key] ?? difference.key
    if (!byKey.has(key)) byKey.set(key, { ...difference, key })
  }
  const known = before.data !== undefined && now.data !== undefined
  if (known && before.data !== now.data)
    byKey.set('data.data_root', { key: 'data.data_root', before: before.data, now: now.data })
  return [...byKey.values()]
}

/** Keys of the plan that stand for one key of the configuration. */
const configKeys: Readonly<Record<string, string>> = {
  'model.architecture': 'model',
  'machine.device.kind': 'trainer.accelerator',
  'machine.precision': 'trainer.precision',
  'machine.deterministic': 'trainer.deterministic',
  'train.max_epochs': 'trainer.max_epochs',
  'train.accumulate': 'trainer.accumulate_grad_batches',
  'train.clip': 'trainer.gradient_clip_val',
  'train.clip.value': 'trainer.gradient_clip_val',
  'train.clip.algorithm': 'trainer.gradient_clip_algorithm',
  'train.loss.kind': 'model.loss_name',
  'train.loss.label_smoothing': 'model.label_smoothing',
  'train.optimizer.rule.kind': 'optimizer.name',
  'train.optimizer.learning_rate': 'model.learning_rate',
  'train.optimizer.weight_decay': 'model.weight_decay',
  'train.schedule.curve.kind': 'scheduler.name',
  'train.ema': 'callbacks.ema',
  'train.ema.decay': 'callbacks.ema.decay',
  'train.ema.warmup_steps': 'callbacks.ema.warmup_steps',
  'train_loader.batch_size': 'data.batch_size',
  'eval_loader.batch_size': 'data.batch_size',
  'train_loader.drop_last': 'data.drop_last',
  'train_loader.sampler.kind': 'data.sampler.mode',
  'train_loader.limit_batches': 'trainer.limit_train_batches',
}
