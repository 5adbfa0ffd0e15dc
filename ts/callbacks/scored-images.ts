import { predictions, softmax } from '../metrics/classification.ts'
import type { Evaluation } from '../native/engine.ts'

/** One evaluated image and what the model said of it. */
export interface ScoredImage {
  /** Row of the evaluation. */
  readonly row: number
  /** Index within the split. */
  readonly sample: number
  readonly trueClass: number
  readonly predictedClass: number
  /** Probability of the predicted class. */
  readonly confidence: number
}

/** The evaluation's images in its order. Images without a label (-1) are left out. */
export function scoredImages(evaluation: Evaluation, numClasses: number): ScoredImage[] {
  const probabilities = softmax(evaluation.logits, numClasses)
  const predicted = predictions(evaluation.logits, numClasses)
  return Array.from(evaluation.labels, (trueClass, row) => {
    const predictedClass = predicted[row] ?? 0
    return {
      row,
      sample: evaluation.indices[row] ?? row,
      trueClass,
      predictedClass,
      confidence: probabilities[row * numClasses + predictedClass] ?? 0,
    }
  }).filter(({ trueClass }) => trueClass >= 0)
}

/** `count` of `total` places, evenly spread from the first on. */
export function evenlySpread(total: number, count: number): number[] {
  if (count >= total) return Array.from({ length: total }, (_, index) => index)
  return Array.from({ length: count }, (_, index) => Math.floor((index * total) / count))
}
