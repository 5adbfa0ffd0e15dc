import { type Canvas, createCanvas } from '@napi-rs/canvas'
import { chooseCapture } from './capture.ts'
import { drawJersey } from './draw-jersey.ts'
import { photograph } from './photograph.ts'
import { createRandom } from './random.ts'

/** Pixels per digit height in the drawing of a 64-pixel picture: about three times the picture's own. */
const UNIT = 56
/** The drawing reaches this many digit heights to each side of the number's centre. */
const REACH = 1.75
/** Of the real crops; its quantisation table is part of how they look. */
const JPEG_QUALITY = 75

const canvases = new Map<number, Canvas>()

/** One picture of the data set, named by (seed, split, index): always the same JPEG bytes on the same machine. */
export function renderImage(
  name: { readonly seed: number; readonly split: number; readonly index: number },
  label: string,
  imageSize: number,
): Buffer {
  const random = createRandom(name.seed, name.split, name.index)
  const unit = UNIT * Math.max(1, imageSize / 64)
  const size = Math.round(2 * REACH * unit)
  const context = canvasOf(size).getContext('2d')
  const drawn = drawJersey(context, random, label, size, unit)
  const pixels = context.getImageData(0, 0, size, size).data
  const capture = chooseCapture(random, drawn, imageSize)
  const picture = createCanvas(capture.width, capture.height)
  const target = picture.getContext('2d')
  const image = target.createImageData(capture.width, capture.height)
  image.data.set(photograph({ pixels, size, unit }, capture, random))
  target.putImageData(image, 0, 0)
  return picture.toBuffer('image/jpeg', JPEG_QUALITY)
}

/** The drawing is painted over entirely each time, so one canvas serves all. */
function canvasOf(size: number): Canvas {
  const known = canvases.get(size)
  if (known) return known
  const canvas = createCanvas(size, size)
  canvases.set(size, canvas)
  return canvas
}
