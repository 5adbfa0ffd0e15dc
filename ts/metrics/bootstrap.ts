import { predictions, softmax, topAccuracy } from './classification.ts'

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number]

/**
 * 95 % percentile intervals by resampling images with replacement (Efron 1979), for the metrics that are cheap per
 * resample: acc_top1, acc_top5, nll, f1_macro. The same seed gives the same intervals.
 */
export function bootstrapIntervals(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
  { resamples = 1000, seed = 0 }: { resamples?: number; seed?: number } = {},
): Record<'acc_top1' | 'acc_top5' | 'nll' | 'f1_macro', Interval> {
  const n = labels.length
  const probabilities = softmax(logits, classes)
  const predicted = predictions(logits, classes)
  const nll = Float64Array.from(labels, (label, row) => -Math.log(probabilities[row * classes + label] ?? 0))
  const top1 = Uint8Array.from(labels, (label, row) => (predicted[row] === label ? 1 : 0))
  const top5 = Uint8Array.from(labels, (_, row) =>
    topAccuracy(
      logits.subarray(row * classes, (row + 1) * classes),
      labels.subarray(row, row + 1),
      classes,
      Math.min(5, classes),
    ),
  )
  const draws = {
    acc_top1: [] as number[],
    acc_top5: [] as number[],
    nll: [] as number[],
    f1_macro: [] as number[],
  }
  const next = mulberry32(seed)
  const sampleLabels = new Int32Array(n)
  const samplePredicted = new Int32Array(n)
  for (let resample = 0; resample < resamples; resample++) {
    let [hits1, hits5, loss] = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      const row = Math.floor(next() * n)
      hits1 += top1[row] ?? 0
      hits5 += top5[row] ?? 0
      loss += nll[row] ?? 0
      sampleLabels[i] = labels[row] ?? 0
      samplePredicted[i] = predicted[row] ?? 0
    }
    draws.acc_top1.push(hits1 / n)
    draws.acc_top5.push(hits5 / n)
    draws.nll.push(loss / n)
    draws.f1_macro.push(macroF1(sampleLabels, samplePredicted, classes))
  }
  return {
    acc_top1: percentiles(draws.acc_top1),
    acc_top5: percentiles(draws.acc_top5),
    nll: percentiles(draws.nll),
    f1_macro: percentiles(draws.f1_macro),
  }
}

/** Mean F1 of the classes that occur, without a matrix: a resample must not cost the square of the classes. */
function macroF1(labels: Int32Array, predicted: Int32Array, classes: number): number {
  const occurrences = new Uint32Array(classes)
  const correct = new Uint32Array(classes)
  for (const [row, label] of labels.entries()) {
    const guess = predicted[row] ?? 0
    occurrences[label] = (occurrences[label] ?? 0) + 1
    occurrences[guess] = (occurrences[guess] ?? 0) + 1
    if (guess === label) correct[label] = (correct[label] ?? 0) + 1
  }
  let [sum, seen] = [0, 0]
  for (let k = 0; k < classes; k++) {
    const count = occurrences[k] ?? 0
    if (count === 0) continue
    sum += (2 * (correct[k] ?? 0)) / count
    seen++
  }
  return sum / Math.max(1, seen)
}

function percentiles(values: number[]): Interval {
  values.sort((a, b) => a - b)
  const at = (share: number): number =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0
  return [at(0.025), at(0.975)]
}

/** Tommy Ettinger's 32-bit generator; enough for resampling. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
