import type { Transform } from '../../native/spec.d.ts'
import type { LintRule } from './lint-rule.ts'

/**
 * ImageNet's own recipe (256 to 224) cuts 23.4 % of a square image; a data set that loses more than that, and more than
 * a fifth, loses it to the shape of its images.
 */
const most = 0.245

/** A validation crop that cuts much of this data set's pixels. */
export const cutPixels: LintRule = {
  name: 'cut-pixels',
  check: ({ plan, sizes = [[1000, 1000]] }) => {
    const { transforms } = plan.eval_loader
    const cut = 1 - mean(sizes.map(([width, height]) => keptShare(transforms, width, height)))
    if (!(cut > most)) return undefined
    return {
      key: 'transforms.val',
      message: `the crop cuts ${Math.round(cut * 100)} % of the pixels of this data set's images off`,
      hint: 'resize to [height, width] without a crop, or crop nearer to the resized size',
    }
  },
}

/** Share of an image's area that is still in sight after the pipeline's resizes and centre crops. */
export function keptShare(transforms: readonly Transform[], width: number, height: number): number {
  let kept = 1
  let [w, h] = [width, height]
  for (const step of transforms) {
    if (step.kind === 'resize') [w, h] = resized(step.size, w, h)
    if (step.kind !== 'center_crop') continue
    const [cropHeight, cropWidth] = step.size
    kept *= (Math.min(cropWidth, w) / w) * (Math.min(cropHeight, h) / h)
    ;[w, h] = [cropWidth, cropHeight]
  }
  return kept
}

function resized(size: readonly number[], width: number, height: number): [number, number] {
  const [first, second] = size
  if (first === undefined) return [width, height]
  if (second !== undefined) return [second, first]
  const factor = first / Math.min(width, height)
  return [Math.trunc(width * factor), Math.trunc(height * factor)]
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
