import { CheckpointError, ConfigError } from '../errors/index.ts'
import type { Logger } from '../logging/logger.ts'
import { bootstrapIntervals, type Interval } from '../metrics/bootstrap.ts'
import type { Evaluation } from '../native/engine.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import type { Split } from '../native/spec.d.ts'
import type { ModelSource } from './model-source.ts'
import { planFacts } from './plan-file.ts'
import { scoringPlan } from './scoring-plan.ts'

export interface EvaluateOptions {
  readonly source: Extract<ModelSource, { kind: 'checkpoint' }>
  /** Absent: the data set that the run was trained on. */
  readonly dataRoot: string | undefined
  readonly split: Split
  readonly batchSize: number | undefined
  readonly numWorkers: number | undefined
}

/** What scoring a model gave. */
export interface Scored {
  readonly evaluation: Evaluation
  readonly classes: readonly string[]
  readonly intervals: Readonly<Record<string, Interval>>
  /** Path of each scored image, in the evaluation's order. */
  readonly paths: readonly string[]
}

/** Scores a checkpoint on a split, with the preprocessing that it was validated with. */
export async function evaluateCheckpoint(
  engine: NativeEngine,
  options: EvaluateOptions,
  logger: Logger,
): Promise<Scored> {
  const { source, split } = options
  const { classes } = source.state
  const trained = options.dataRoot === undefined ? await planFacts(source) : undefined
  const root = options.dataRoot ?? trained?.root
  if (root === undefined)
    throw new ConfigError({
      key: 'data.data_root',
      message: 'is needed: the checkpoint lies outside a run folder',
    })
  const dataset = await engine.openDataset({
    root,
    format: 'auto',
    on_error: 'raise',
    exif_transpose: trained?.exifTranspose ?? false,
    classes: [...classes],
  })
  for (const warning of dataset.summary.warnings) logger.warn(warning)
  const found = dataset.summary.splits.find((entry) => entry.split === split)
  if (!found || found.samples === 0)
    throw new ConfigError({
      key: 'data.split',
      message: `${root} has no images to score in its ${split} split`,
      hint: `it has ${dataset.summary.splits.map((entry) => `${entry.split} (${entry.samples})`).join(', ') || 'no split at all'}`,
    })
  const plan = scoringPlan(source.plan, source.directory, {
    ...(options.batchSize === undefined ? {} : { batch_size: options.batchSize }),
    ...(options.numWorkers === undefined ? {} : { num_workers: options.numWorkers }),
  })
  const { session, report } = await engine.openSession(plan, dataset)
  try {
    for (const note of report.notes) logger.info(note)
    const evaluation = await session.evaluate({ split, weights: 'raw', limit_batches: null })
    if (evaluation.labels.length === 0)
      throw new CheckpointError(`nothing was scored in the ${split} split of ${root}`)
    return {
      evaluation,
      classes,
      intervals: bootstrapIntervals(evaluation.logits, evaluation.labels, classes.length),
      paths: dataset.paths(split, [...evaluation.indices]),
    }
  } finally {
    await session.close()
  }
}
