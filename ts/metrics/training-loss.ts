import type { LossSpec } from '../native/spec.d.ts'

/**
 * The loss that a training was configured with, of row-major logits [n, c] against labels [n] as one batch: what the engine
 * reports as `loss` of a split. n must not be 0.
 */
export function trainingLoss(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
  spec: LossSpec,
): number {
  const shift = shiftOf(spec, classes)
  const weights = spec.kind === 'logit_adjusted' ? null : spec.class_weights
  let total = 0
  let weight = 0
  const row = new Float64Array(classes)
  for (const [index, label] of labels.entries()) {
    for (let k = 0; k < classes; k++) row[k] = (logits[index * classes + k] ?? 0) + (shift[k] ?? 0)
    const normalizer = logSumExp(row)
    const plain = normalizer - (row[label] ?? 0)
    const own = weightOf(weights, label)
    let spread = 0
    for (let k = 0; k < classes; k++) spread += weightOf(weights, k) * (normalizer - (row[k] ?? 0))
    const { label_smoothing: smoothing } = spec
    const smoothed = (1 - smoothing) * own * plain + (smoothing / classes) * spread
    if (spec.kind === 'focal') {
      total += (1 - Math.exp(-plain)) ** spec.gamma * smoothed
      weight += 1
    } else {
      total += smoothed
      weight += own
    }
  }
  return total / weight
}

/** What is added to each logit: τ · log π for logit adjustment. A class without images counts as far less than one. */
function shiftOf(spec: LossSpec, classes: number): readonly number[] {
  if (spec.kind !== 'logit_adjusted') return new Array<number>(classes).fill(0)
  const images = spec.class_frequencies.reduce((sum, share) => sum + share, 0)
  return spec.class_frequencies.map((share) =>
    Math.fround(spec.tau * Math.log(Math.max(1e-12, share / images))),
  )
}

/** In single precision, as the engine holds it. */
function weightOf(weights: readonly number[] | null, label: number): number {
  return weights === null ? 1 : Math.fround(weights[label] ?? 0)
}

function logSumExp(row: Float64Array): number {
  let top = -Infinity
  for (const value of row) top = Math.max(top, value)
  let sum = 0
  for (const value of row) sum += Math.exp(value - top)
  return top + Math.log(sum)
}
