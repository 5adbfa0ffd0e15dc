/**
 * Two-sided p-value of McNemar's exact test: how likely a split of the disagreements at least as uneven as this is, when
 * both models are equally good. `onlyFirst` and `onlySecond` count the images that only one of them got right.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const disagreements = onlyFirst + onlySecond
  if (disagreements === 0) return 1
  const fewer = Math.min(onlyFirst, onlySecond)
  let tail = 0
  // Terms of the binomial distribution with p = ½ in logarithms, since 2^-n vanishes for large n.
  let logChoose = 0
  for (let k = 0; k <= fewer; k++) {
    if (k > 0) logChoose += Math.log((disagreements - k + 1) / k)
    tail += Math.exp(logChoose - disagreements * Math.LN2)
  }
  return Math.min(1, 2 * tail)
}
