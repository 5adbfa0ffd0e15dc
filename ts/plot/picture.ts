import { type Canvas, createCanvas } from '@napi-rs/canvas'
import { palette } from './palette.ts'
import type { Context } from './surface.ts'

/** A decoded picture: 8-bit RGB, row-major [height, width, 3]. */
export interface RgbPicture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** Draws a picture whole into a square, centred on a quiet ground. */
export function drawPicture(context: Context, picture: RgbPicture, x: number, y: number, side: number): void {
  context.fillStyle = palette.panel
  context.fillRect(x, y, side, side)
  if (picture.width === 0 || picture.height === 0) return
  const fit = fitted(picture, side)
  const [width, height] = [Math.round(fit.width), Math.round(fit.height)]
  const small = createCanvas(width, height)
  drawWhole(small.getContext('2d'), picture, 0, 0, width, height)
  drawUnsmoothed(context, small, Math.round(x + fit.x), Math.round(y + fit.y))
}

/**
 * Draws a canvas at one of its pixels a logical one. Among many pictures on a page more detail is not seen, and a PNG of so
 * few different pixels is a third as large.
 */
export function drawUnsmoothed(context: Context, canvas: Canvas, x: number, y: number): void {
  context.imageSmoothingEnabled = false
  context.drawImage(canvas, x, y, canvas.width, canvas.height)
  context.imageSmoothingEnabled = true
}

/** Draws a picture, stretched to a rectangle. */
export function drawWhole(
  context: Context,
  picture: RgbPicture,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(canvasOf(picture), x, y, width, height)
}

/** Where a picture lies in a square that it fits into. */
export function fitted(
  picture: { readonly width: number; readonly height: number },
  side: number,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  const scale = side / Math.max(picture.width, picture.height)
  const width = Math.max(1, picture.width * scale)
  const height = Math.max(1, picture.height * scale)
  return { x: (side - width) / 2, y: (side - height) / 2, width, height }
}

/** At most `side` pixels each way; what is small enough stays as it is. */
export function thumbnail(picture: RgbPicture, side: number): RgbPicture {
  const scale = side / Math.max(picture.width, picture.height)
  if (scale >= 1) return picture
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  const context = createCanvas(width, height).getContext('2d')
  context.imageSmoothingQuality = 'high'
  context.drawImage(canvasOf(picture), 0, 0, width, height)
  return canvasPicture(context.canvas)
}

/** What a canvas shows; it is taken as opaque. */
export function canvasPicture(canvas: Canvas): RgbPicture {
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
  const rgb = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from] ?? 0
    rgb[to + 1] = data[from + 1] ?? 0
    rgb[to + 2] = data[from + 2] ?? 0
  }
  return { width, height, rgb }
}

/** The picture as `data:image/jpeg;base64,…`. */
export async function jpegDataUri(picture: RgbPicture): Promise<string> {
  const bytes = await canvasOf(picture).encode('jpeg', 82)
  return `data:image/jpeg;base64,${bytes.toString('base64')}`
}

function canvasOf({ width, height, rgb }: RgbPicture): Canvas {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  const image = context.createImageData(width, height)
  const { data } = image
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    data[to] = rgb[from] ?? 0
    data[to + 1] = rgb[from + 1] ?? 0
    data[to + 2] = rgb[from + 2] ?? 0
    data[to + 3] = 255
  }
  context.putImageData(image, 0, 0)
  return canvas
}
