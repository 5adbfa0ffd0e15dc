/**
 * Area under the ROC curve of class `k` against the rest, by the rank sum with ties at their mean rank (Mann–Whitney);
 * `null` where the class has no image or every image is of it.
 */
export function auroc(
  probabilities: Float64Array,
  labels: Int32Array,
  classes: number,
  k: number,
): number | null {
  const n = labels.length
  const order = Array.from({ length: n }, (_, row) => row)
  const score = (row: number): number => probabilities[row * classes + k] ?? 0
  order.sort((a, b) => score(a) - score(b))
  let positives = 0
  let rankSum = 0
  for (let from = 0; from < n; ) {
    let to = from
    while (to < n && score(order[to] ?? 0) === score(order[from] ?? 0)) to++
    const meanRank = (from + 1 + to) / 2
    for (let i = from; i < to; i++) {
      if (labels[order[i] ?? 0] !== k) continue
      positives++
      rankSum += meanRank
    }
    from = to
  }
  const negatives = n - positives
  if (positives === 0 || negatives === 0) return null
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}
