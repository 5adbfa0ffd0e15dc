import type { Split } from './dataset-stamp.ts'
import { SPLITS } from './dataset-stamp.ts'
import { countLabels } from './labels.ts'
import { createRandom } from './random.ts'

/** One image of a split: its place, its label and its file's name. */
export interface PlannedImage {
  readonly index: number
  readonly label: string
  readonly file: string
}

/** How many of `count` images each split holds: ten parts for training, one each for validation and test. */
export function splitCounts(count: number): Readonly<Record<Split, number>> {
  const held = Math.max(1, Math.round(count / 12))
  return { train: count - 2 * held, valid: held, test: held }
}

/** The split's images in their order: labels in proportion, shuffled. */
export function planSplit(seed: number, split: Split, images: number): readonly PlannedImage[] {
  const labels = [...countLabels(images)].flatMap(([label, count]) => Array<string>(count).fill(label))
  // A stream of its own, out of the images' reach: they count from 0.
  const random = createRandom(seed, SPLITS.indexOf(split), 0x7fffffff)
  const keyed = labels.map((label) => ({ label, key: random.unit() })).sort((a, b) => a.key - b.key)
  return keyed.map(({ label }, index) => ({
    index,
    label,
    file: `${String(index + 1).padStart(6, '0')}.jpg`,
  }))
}
