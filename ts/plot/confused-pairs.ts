/** A mistake that happened, by class index. */
export interface ConfusedPair {
  readonly trueClass: number
  readonly predictedClass: number
  readonly count: number
  /** `count` over the images of the true class. */
  readonly share: number
}

/** How well one class was found. */
export interface ClassRecall {
  readonly index: number
  readonly support: number
  readonly recall: number
}

/** The sum of each row of a row-major [classes, classes] matrix: the images of each true class. */
export function classSupport(confusion: ArrayLike<number>, numClasses: number): number[] {
  return Array.from({ length: numClasses }, (_, row) => {
    let sum = 0
    for (let column = 0; column < numClasses; column++) sum += confusion[row * numClasses + column] ?? 0
    return sum
  })
}

/** The most frequent mistakes, most first; equal counts by share, then by class. */
export function mostConfused(
  confusion: ArrayLike<number>,
  numClasses: number,
  limit: number,
): ConfusedPair[] {
  const support = classSupport(confusion, numClasses)
  const pairs: ConfusedPair[] = []
  for (let trueClass = 0; trueClass < numClasses; trueClass++) {
    for (let predictedClass = 0; predictedClass < numClasses; predictedClass++) {
      const count = confusion[trueClass * numClasses + predictedClass] ?? 0
      if (count === 0 || trueClass === predictedClass) continue
      pairs.push({ trueClass, predictedClass, count, share: count / (support[trueClass] ?? 1) })
    }
  }
  return pairs.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, limit)
}

/** The classes found worst, worst first, of those that have images and were missed at all. */
export function lowestRecall(confusion: ArrayLike<number>, numClasses: number, limit: number): ClassRecall[] {
  return classSupport(confusion, numClasses)
    .map((support, index) => ({
      index,
      support,
      recall: support === 0 ? 1 : (confusion[index * numClasses + index] ?? 0) / support,
    }))
    .filter(({ recall }) => recall < 1)
    .sort((a, b) => a.recall - b.recall || b.support - a.support)
    .slice(0, limit)
}
