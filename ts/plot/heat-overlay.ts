import { type Canvas, createCanvas } from '@napi-rs/canvas'
import { heatRamp } from './color-ramp.ts'
import { canvasPicture, drawPicture, drawUnsmoothed, fitted, type RgbPicture } from './picture.ts'
import type { Context } from './surface.ts'

/** Where in a picture the evidence for a class lies. */
export interface HeatMap {
  readonly width: number
  readonly height: number
  /** Row-major [height, width]; scaled to its own largest value, what is below 0 counts as 0. */
  readonly values: Float32Array
}

export interface HeatedPicture {
  readonly picture: RgbPicture
  readonly heat: HeatMap
}

/** The picture in grey, whole in a square, under its heat map: smooth between its cells, clear where there is no evidence. */
export function drawHeatOverlay(
  context: Context,
  heated: HeatedPicture,
  x: number,
  y: number,
  side: number,
): void {
  drawUnsmoothed(context, overlayCanvas(heated, side), x, y)
}

/** The overlay by itself, `side` pixels square. */
export function heatOverlay(heated: HeatedPicture, side: number): RgbPicture {
  return canvasPicture(overlayCanvas(heated, side))
}

/** Whether anything spoke for the class at all. */
export function hasEvidence({ values }: HeatMap): boolean {
  return values.some((value) => value > 0)
}

/** How much of the picture the heat covers, 0 … 1: what says nothing is clear. */
export function heatOpacity(share: number): number {
  return 0.88 * Math.min(1, share * 1.4)
}

function overlayCanvas({ picture, heat }: HeatedPicture, side: number): Canvas {
  const canvas = createCanvas(side, side)
  const context = canvas.getContext('2d')
  drawPicture(context, grey(picture), 0, 0, side)
  if (!hasEvidence(heat)) return canvas
  const most = heat.values.reduce((high, value) => Math.max(high, value), 0)
  const cells = createCanvas(heat.width, heat.height)
  const image = cells.getContext('2d').createImageData(heat.width, heat.height)
  for (const [index, value] of heat.values.entries()) {
    const share = Math.max(0, value) / most
    const [red, green, blue] = heatRamp(share)
    image.data.set([red, green, blue, Math.round(255 * heatOpacity(share))], index * 4)
  }
  cells.getContext('2d').putImageData(image, 0, 0)
  const fit = fitted(picture, side)
  context.beginPath()
  context.rect(fit.x, fit.y, fit.width, fit.height)
  context.clip()
  context.imageSmoothingQuality = 'high'
  context.drawImage(cells, fit.x, fit.y, fit.width, fit.height)
  return canvas
}

/** Luma of Rec. 601, lightened, so that the heat is the only colour. */
function grey({ width, height, rgb }: RgbPicture): RgbPicture {
  const out = new Uint8Array(rgb.length)
  for (let i = 0; i < rgb.length; i += 3) {
    const luma = 0.299 * (rgb[i] ?? 0) + 0.587 * (rgb[i + 1] ?? 0) + 0.114 * (rgb[i + 2] ?? 0)
    out.fill(Math.round(50 + luma * 0.8), i, i + 3)
  }
  return { width, height, rgb: out }
}
