import { createCanvas } from '@napi-rs/canvas'
import { heatRamp } from './color-ramp.ts'
import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { legible } from './legible-text.ts'
import { percentText } from './number-text.ts'
import { palette } from './palette.ts'
import { drawPicture, fitted, type RgbPicture } from './picture.ts'
import { type Context, renderPng } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

const SIDE = 168
const PAIR_GAP = 4
const TILE_GAP = 28
const TEXT_HEIGHT = 46

/** Where in a picture the evidence for a class lies. */
export interface HeatMap {
  readonly width: number
  readonly height: number
  /** Row-major [height, width]; scaled to its own largest value, what is below 0 counts as 0. */
  readonly values: Float32Array
}

export interface GradCamSample {
  readonly picture: RgbPicture
  readonly heat: HeatMap
  readonly trueName: string
  /** The class that the heat map speaks of. */
  readonly predictedName: string
  readonly confidence: number
  readonly correct: boolean
}

/** Each picture beside itself under its heat map, with the prediction below. */
export function gradCamSheetPlot(input: {
  readonly samples: readonly GradCamSample[]
  readonly caption: string
}): Promise<Uint8Array> {
  const { samples } = input
  const pair = 2 * SIDE + PAIR_GAP
  const columns = Math.min(3, Math.max(1, samples.length))
  const rows = Math.max(1, Math.ceil(samples.length / columns))
  const width = 2 * MARGIN + columns * pair + (columns - 1) * TILE_GAP
  const height = MARGIN + HEADER_HEIGHT + rows * (SIDE + TEXT_HEIGHT) + (rows - 1) * 16 + MARGIN
  return renderPng(width, height, (context) => {
    drawHeader(context, { title: 'Grad-CAM', subtitle: input.caption }, width)
    if (samples.length === 0)
      drawText(context, 'No pictures.', MARGIN, MARGIN + HEADER_HEIGHT + 20, { color: palette.inkSoft })
    for (const [index, sample] of samples.entries()) {
      const x = MARGIN + (index % columns) * (pair + TILE_GAP)
      const y = MARGIN + HEADER_HEIGHT + Math.floor(index / columns) * (SIDE + TEXT_HEIGHT + 16)
      drawPicture(context, sample.picture, x, y, SIDE)
      drawPicture(context, grey(sample.picture), x + SIDE + PAIR_GAP, y, SIDE)
      drawHeat(context, sample, x + SIDE + PAIR_GAP, y)
      drawVerdict(context, sample, x, y + SIDE, pair)
    }
  })
}

function drawVerdict(context: Context, sample: GradCamSample, x: number, y: number, width: number): void {
  const color = sample.correct ? palette.ink : palette.wrong
  const share = drawText(context, percentText(sample.confidence), x + width, y + 20, {
    size: typeSize.label,
    color: palette.inkSoft,
    align: 'right',
  })
  const mark = sample.correct ? 0 : drawText(context, '×', x, y + 20, { weight: 600, color }) + 5
  drawText(context, legible(sample.predictedName), x + mark, y + 20, {
    weight: 600,
    color,
    maxWidth: width - mark - share - 10,
  })
  const label = { size: typeSize.label, color: palette.inkFaint } as const
  drawText(context, 'true', x, y + 36, label)
  const left = textWidth('true', label) + 6
  drawText(context, legible(sample.trueName), x + left, y + 36, {
    ...label,
    color: palette.inkSoft,
    maxWidth: width - left,
  })
}

/** The heat map over its picture, smooth between its cells, clear where there is no evidence. */
function drawHeat(context: Context, { heat, picture }: GradCamSample, x: number, y: number): void {
  const most = heat.values.reduce((high, value) => Math.max(high, value), 0)
  if (most <= 0 || heat.width === 0 || heat.height === 0) return
  const canvas = createCanvas(heat.width, heat.height)
  const cells = canvas.getContext('2d')
  const image = cells.createImageData(heat.width, heat.height)
  for (const [index, value] of heat.values.entries()) {
    const share = Math.max(0, value) / most
    const [red, green, blue] = heatRamp(share)
    image.data.set([red, green, blue, Math.round(225 * Math.min(1, share * 1.4))], index * 4)
  }
  cells.putImageData(image, 0, 0)
  const fit = fitted(picture, SIDE)
  context.save()
  context.beginPath()
  context.rect(x + fit.x, y + fit.y, fit.width, fit.height)
  context.clip()
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(canvas, x + fit.x, y + fit.y, fit.width, fit.height)
  context.restore()
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
