/** One bin of confidences (low, high]. */
export interface CalibrationBin {
  readonly low: number
  readonly high: number
  readonly count: number
  /** Mean confidence and share that was right; 0 where the bin is empty. */
  readonly confidence: number
  readonly accuracy: number
}

/** Equal-width bins over 0 … 1, as torchmetrics' `CalibrationError(n_bins)` has them. */
export function calibrationBins(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean>,
  numBins = 15,
): CalibrationBin[] {
  const sums = Array.from({ length: numBins }, () => ({ count: 0, confidence: 0, right: 0 }))
  for (let index = 0; index < confidences.length; index++) {
    const confidence = confidences[index] ?? 0
    const bin = sums[Math.min(numBins - 1, Math.max(0, Math.ceil(confidence * numBins) - 1))]
    if (!bin) continue
    bin.count += 1
    bin.confidence += confidence
    bin.right += correct[index] ? 1 : 0
  }
  return sums.map(({ count, confidence, right }, index) => ({
    low: index / numBins,
    high: (index + 1) / numBins,
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : right / count,
  }))
}

/** Expected calibration error: mean |accuracy − confidence|, weighted by the bins' counts. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  if (total === 0) return 0
  return bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence), 0)
}
