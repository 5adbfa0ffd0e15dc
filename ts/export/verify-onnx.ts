import { CheckpointError, EngineBug } from '../errors/index.ts'
import { openOnnx } from './onnx-runtime.ts'

/** A file and what it should answer. */
export interface OnnxCheck {
  readonly path: string
  /** Row-major, all images of the check. */
  readonly inputs: Float32Array | Uint8Array
  /** [n, 3, height, width] or, for u8, [n, height, width, 3]. */
  readonly shape: readonly number[]
  /** The network's own answers, row-major [n, classes]. */
  readonly logits: Float32Array
  readonly classes: number
}

export interface OnnxAgreement {
  readonly images: number
  /** max |Δlogit| over all images. */
  readonly maxDifference: number
  /** The largest |logit| of the network's own answers. */
  readonly scale: number
}

/** How far a logit may be off, as a share of the largest one. */
export const logitTolerance = 1e-4

/**
 * Runs the file with onnxruntime, one image alone and all together, and compares its `logits`.
 *
 * Another number of classes, or weights that are not finite, is a CheckpointError; an answer that is off by more than
 * `logitTolerance` or has another first class is an EngineBug: the file does not say what the trainer says.
 */
export async function verifyOnnx(check: OnnxCheck): Promise<OnnxAgreement> {
  const { path, inputs, shape, logits, classes } = check
  const [images = 0, ...image] = shape
  const size = image.reduce((product, side) => product * side, 1)
  if (images < 1 || inputs.length !== images * size || logits.length !== images * classes)
    throw new EngineBug(
      `${path}: a check of ${shape.join('×')} inputs got ${inputs.length} values and ${logits.length} logits for ${classes} classes`,
    )
  if (!logits.every(Number.isFinite))
    throw new CheckpointError(`${path}: the network answers with numbers that are not finite`, {
      hint: 'The weights are broken, most likely by a run that diverged: export an earlier checkpoint.',
    })
  const file = await openOnnx(path)
  try {
    const answer = async (count: number): Promise<Float32Array> => {
      const outputs = await file.run(inputs.subarray(0, count * size), [count, ...image])
      return logitsOf(path, outputs.logits, count, classes)
    }
    const scale = logits.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
    let maxDifference = 0
    for (const count of images === 1 ? [1] : [1, images])
      maxDifference = Math.max(maxDifference, compare(path, await answer(count), logits, classes, scale))
    return { images, maxDifference, scale }
  } finally {
    await file.close()
  }
}

function logitsOf(
  path: string,
  output: { readonly dims: readonly number[]; readonly values: Float32Array } | undefined,
  count: number,
  classes: number,
): Float32Array {
  if (!output) throw new CheckpointError(`${path} has no float output called "logits"`)
  const [rows, columns, ...more] = output.dims
  if (rows !== count || more.length > 0 || columns === undefined)
    throw new CheckpointError(
      `${path}: the logits of ${count} images have the shape ${output.dims.join('×')}`,
    )
  if (columns !== classes)
    throw new CheckpointError(`${path} answers with ${columns} classes, expected ${classes}`, {
      hint: 'Export the model again, or use the data set that it was trained on.',
    })
  return output.values
}

/** Throws where they disagree; the largest difference otherwise. */
function compare(
  path: string,
  found: Float32Array,
  expected: Float32Array,
  classes: number,
  scale: number,
): number {
  let worst = 0
  for (let start = 0; start < found.length; start += classes) {
    const image = start / classes
    const ours = expected.subarray(start, start + classes)
    const theirs = found.subarray(start, start + classes)
    const difference = theirs.reduce((largest, value, index) => {
      const off = Math.abs(value - (ours[index] ?? Number.NaN))
      // A NaN of the file is as far off as can be.
      return off <= largest ? largest : Number.isNaN(off) ? Number.POSITIVE_INFINITY : off
    }, 0)
    const flipped = first(theirs) !== first(ours)
    if (difference > logitTolerance * scale || flipped)
      throw new EngineBug(
        `${path} does not answer as the trainer does: image ${image} of the check is off by ${difference.toPrecision(3)} (allowed: ${(logitTolerance * scale).toPrecision(3)})${flipped ? ' and has another first class' : ''}`,
        { details: { path, image, difference, scale, flipped, expected: [...ours], found: [...theirs] } },
      )
    worst = Math.max(worst, difference)
  }
  return worst
}

function first(logits: Float32Array): number {
  return logits.reduce(
    (best, value, index) => (value > (logits[best] ?? Number.NEGATIVE_INFINITY) ? index : best),
    0,
  )
}
