import { availableParallelism } from 'node:os'
import { classificationMetrics, confusionMatrix, predictions } from '../metrics/classification.ts'
import { trainingLoss } from '../metrics/training-loss.ts'
import type { Dataset, Evaluation } from '../native/engine.ts'
import type { NativeImages } from '../native/native-images.ts'
import type { Split } from '../native/spec.d.ts'
import { concatenate } from './concatenate.ts'
import type { OnnxModel } from './onnx-model.ts'

export interface OnnxScoring {
  readonly split: Split
  readonly batchSize: number | undefined
  readonly numWorkers: number | undefined
}

/**
 * Runs a split through an ONNX model. `loss` is the one that its mapping names; where that names none, as before this was
 * written there, the plain negative log-likelihood.
 */
export async function evaluateOnnx(
  images: NativeImages,
  model: OnnxModel,
  dataset: Dataset,
  { split, batchSize = 32, numWorkers = Math.max(1, availableParallelism() - 1) }: OnnxScoring,
): Promise<Evaluation> {
  const began = performance.now()
  const loader = images.openLoader(
    dataset,
    split,
    {
      transforms: [...model.transforms],
      batch_size: batchSize,
      num_workers: numWorkers,
      prefetch_factor: 2,
      drop_last: false,
      sampler: { kind: 'sequential' },
      cache: { kind: 'off', budget_bytes: null },
      limit_batches: null,
    },
    0,
  )
  loader.start(0)
  const answers: Float32Array[] = []
  const labels: number[] = []
  const indices: number[] = []
  for (let batch = await loader.next(); batch !== null; batch = await loader.next()) {
    const { height, width } = batch
    const n = batch.labels.length
    const planes = images.normalizedPlanes(batch.images, n, model.normalization)
    answers.push(await model.answer(planes, n, height, width))
    labels.push(...batch.labels)
    indices.push(...batch.indices)
  }
  const classes = model.classes.length
  const logits = concatenate(answers, Float32Array)
  const truth = Int32Array.from(labels)
  const metrics = classificationMetrics(logits, truth, classes)
  return {
    report: {
      ...metrics,
      split,
      weights: 'raw',
      images: labels.length,
      loss: model.loss === undefined ? metrics.nll : trainingLoss(logits, truth, classes, model.loss),
      stopped: false,
      seconds: (performance.now() - began) / 1000,
    },
    logits,
    labels: truth,
    indices: Uint32Array.from(indices),
    confusion: confusionMatrix(truth, predictions(logits, classes), classes),
  }
}
