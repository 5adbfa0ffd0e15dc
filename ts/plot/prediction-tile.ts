import { legible } from './legible-text.ts'
import { percentText } from './number-text.ts'
import { palette } from './palette.ts'
import { drawPicture, type RgbPicture } from './picture.ts'
import type { Context } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

/** A picture and what the model said of it. */
export interface Prediction {
  readonly picture: RgbPicture
  readonly trueName: string
  readonly predictedName: string
  /** Probability of the predicted class, 0 … 1. */
  readonly confidence: number
  readonly correct: boolean
}

export const TILE_SIDE = 152
/** Of a tile with its text. */
export const TILE_HEIGHT = TILE_SIDE + 44
export const TILE_GAP = 20

/** A picture with its prediction, confidence and true class below. A wrong one has a frame and a cross. */
export function drawPredictionTile(context: Context, prediction: Prediction, x: number, y: number): void {
  const { correct, confidence } = prediction
  const color = correct ? palette.blue : palette.wrong
  drawPicture(context, prediction.picture, x, y, TILE_SIDE)
  if (correct) {
    context.strokeStyle = palette.hairline
    context.lineWidth = 1
    context.strokeRect(x + 0.5, y + 0.5, TILE_SIDE - 1, TILE_SIDE - 1)
  } else {
    context.strokeStyle = palette.wrong
    context.lineWidth = 3
    context.strokeRect(x + 1.5, y + 1.5, TILE_SIDE - 3, TILE_SIDE - 3)
    drawCross(context, x + TILE_SIDE - 12, y + 12)
  }
  context.fillStyle = palette.panel
  context.fillRect(x, y + TILE_SIDE + 4, TILE_SIDE, 3)
  context.fillStyle = color
  context.fillRect(x, y + TILE_SIDE + 4, Math.max(1, TILE_SIDE * Math.min(1, Math.max(0, confidence))), 3)
  const line = y + TILE_SIDE + 22
  const share = Number.isFinite(confidence) ? percentText(confidence) : '–'
  const taken = drawText(context, share, x + TILE_SIDE, line, {
    size: typeSize.label,
    color: palette.inkSoft,
    align: 'right',
  })
  const maxWidth = TILE_SIDE - taken - 10
  drawText(context, legible(prediction.predictedName), x, line, {
    weight: 600,
    color: correct ? palette.ink : color,
    maxWidth,
  })
  const label = { size: typeSize.label, color: palette.inkFaint } as const
  drawText(context, 'true', x, line + 16, label)
  const left = textWidth('true', label) + 6
  drawText(context, legible(prediction.trueName), x + left, line + 16, {
    ...label,
    color: palette.inkSoft,
    maxWidth: TILE_SIDE - left,
  })
}

function drawCross(context: Context, x: number, y: number): void {
  context.fillStyle = palette.wrong
  context.beginPath()
  context.arc(x, y, 8, 0, 2 * Math.PI)
  context.fill()
  context.strokeStyle = palette.paper
  context.lineWidth = 1.75
  context.beginPath()
  context.moveTo(x - 3, y - 3)
  context.lineTo(x + 3, y + 3)
  context.moveTo(x + 3, y - 3)
  context.lineTo(x - 3, y + 3)
  context.stroke()
}
