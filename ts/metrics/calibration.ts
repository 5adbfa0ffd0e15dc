/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly count: number
  readonly confidence: number
  readonly accuracy: number
}

/** Equal-width bins over the confidence of the prediction, empty ones included. */
export function reliabilityBins(
  probabilities: Float64Array,
  predicted: Int32Array,
  labels: Int32Array,
  classes: number,
  bins = 15,
): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, correct: 0 }))
  for (const [row, label] of labels.entries()) {
    const guess = predicted[row] ?? 0
    const confidence = probabilities[row * classes + guess] ?? 0
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))]
    if (!bin) continue
    bin.count++
    bin.confidence += confidence
    if (guess === label) bin.correct++
  }
  return sums.map(({ count, confidence, correct }) =>
    count === 0
      ? { count, confidence: 0, accuracy: 0 }
      : { count, confidence: confidence / count, accuracy: correct / count },
  )
}

/** Expected calibration error: Σ bin share · |accuracy − confidence| (Guo et al. 2017, l1). */
export function calibrationError(
  probabilities: Float64Array,
  predicted: Int32Array,
  labels: Int32Array,
  classes: number,
): number {
  return reliabilityBins(probabilities, predicted, labels, classes).reduce(
    (sum, { count, confidence, accuracy }) => sum + (count / labels.length) * Math.abs(accuracy - confidence),
    0,
  )
}
