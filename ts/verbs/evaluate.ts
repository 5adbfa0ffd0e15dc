import { CheckpointError, ConfigError, DataError } from '../errors/index.ts'
import type { Logger } from '../logging/logger.ts'
import { bootstrapIntervals, type Interval } from '../metrics/bootstrap.ts'
import type { Dataset, Evaluation } from '../native/engine.ts'
import type { NativeImages } from '../native/native-images.ts'
import type { DatasetSummary, Split } from '../native/spec.d.ts'
import { evaluateOnnx } from './evaluate-onnx.ts'
import type { ModelSource } from './model-source.ts'
import { openOnnxModel } from './onnx-model.ts'
import { openEngine } from './open-engine.ts'
import { openImages } from './open-images.ts'
import { planFacts } from './plan-file.ts'
import { scoringPlan } from './scoring-plan.ts'

export interface EvaluateOptions {
  readonly source: ModelSource
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
  readonly dataset: Dataset
}

/**
 * Scores a checkpoint through the engine, or an ONNX file through onnxruntime and without libtorch, on a split, with the
 * preprocessing that it was validated with.
 */
export async function evaluateModel(options: EvaluateOptions, logger: Logger): Promise<Scored> {
  const { source } = options
  if (source.kind === 'onnx') {
    const [images, model] = await Promise.all([openImages(), openOnnxModel(source)])
    try {
      if (model.loss === undefined)
        logger.info('labels_mapping.json does not say what the model was trained with: loss is the plain nll')
      const facts = { root: undefined, exifTranspose: model.exifTranspose }
      const dataset = await openSplit(images, options, model.classes, facts, logger)
      return scored(
        await evaluateOnnx(images, model, dataset, options),
        model.classes,
        dataset,
        options.split,
      )
    } finally {
      await model.close()
    }
  }
  const engine = await openEngine()
  const { classes } = source.state
  const dataset = await openSplit(engine, options, classes, await planFacts(source), logger)
  const plan = scoringPlan(source.plan, source.directory, {
    ...(options.batchSize === undefined ? {} : { batch_size: options.batchSize }),
    ...(options.numWorkers === undefined ? {} : { num_workers: options.numWorkers }),
  })
  const { session, report } = await engine.openSession(plan, dataset)
  try {
    for (const note of report.notes) logger.info(note)
    const evaluation = await session.evaluate({ split: options.split, weights: 'raw', limit_batches: null })
    return scored(evaluation, classes, dataset, options.split)
  } finally {
    await session.close()
  }
}

function scored(evaluation: Evaluation, classes: readonly string[], dataset: Dataset, split: Split): Scored {
  if (evaluation.labels.length === 0)
    throw new CheckpointError(`nothing was scored in the ${split} split of ${dataset.summary.root}`)
  return {
    evaluation,
    classes,
    intervals: bootstrapIntervals(evaluation.logits, evaluation.labels, classes.length),
    paths: dataset.paths(split, [...evaluation.indices]),
    dataset,
  }
}

async function openSplit(
  images: NativeImages,
  { dataRoot, split }: EvaluateOptions,
  classes: readonly string[],
  trained: { readonly root: string | undefined; readonly exifTranspose: boolean } | undefined,
  logger: Logger,
): Promise<Dataset> {
  const root = dataRoot ?? trained?.root
  if (root === undefined)
    throw new ConfigError({
      key: 'data.data_root',
      message: 'is needed: the model does not lie in a run folder',
    })
  const dataset = await images.openDataset({
    root,
    format: 'auto',
    on_error: 'raise',
    exif_transpose: trained?.exifTranspose ?? false,
    classes: [...classes],
  })
  checkLabels(dataset.summary, classes.length, split)
  for (const warning of dataset.summary.warnings) logger.warn(warning)
  if ((dataset.summary.splits.find((entry) => entry.split === split)?.samples ?? 0) > 0) return dataset
  const there = dataset.summary.splits.map((entry) => `${entry.split} (${entry.samples})`).join(', ')
  throw new ConfigError({
    key: 'data.split',
    message: `${root} has no images to score in its ${split} split`,
    hint: `it has ${there || 'no split at all'}`,
  })
}

/** A model of other classes than the data set's gives numbers that mean nothing. */
function checkLabels({ root, splits }: DatasetSummary, classes: number, scored: Split): void {
  const strange = splits.find(
    ({ split, samples, unknown_labels: unknown }) =>
      unknown > 0 && (split === 'train' || (split === scored && samples === 0)),
  )
  if (!strange) return
  const { unknown, unknown_labels: rows, split } = strange
  const named = unknown.slice(0, 5).map(({ label }) => JSON.stringify(label))
  if (unknown.length > named.length) named.push('…')
  throw new DataError(
    `${root}: ${rows} images of the ${split} split have labels that the model does not know (${named.join(', ')}); it has ${classes} classes`,
    { hint: 'score it on the data set that it was trained on, or train a model on this one' },
  )
}
