import { css, heatRamp, type Rgb } from './color-ramp.ts'
import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { drawHeatOverlay, type HeatedPicture, hasEvidence, heatOpacity } from './heat-overlay.ts'
import { legible } from './legible-text.ts'
import { percentText } from './number-text.ts'
import { palette } from './palette.ts'
import { drawPicture } from './picture.ts'
import { type Context, renderPng } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

const SIDE = 168
const PAIR_GAP = 4
const TILE_GAP = 28
const TEXT_HEIGHT = 46

export interface GradCamSample extends HeatedPicture {
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
    if (columns > 1) drawScale(context, width - MARGIN, MARGIN + 34)
    if (samples.length === 0)
      drawText(context, 'No pictures.', MARGIN, MARGIN + HEADER_HEIGHT + 20, { color: palette.inkSoft })
    for (const [index, sample] of samples.entries()) {
      const x = MARGIN + (index % columns) * (pair + TILE_GAP)
      const y = MARGIN + HEADER_HEIGHT + Math.floor(index / columns) * (SIDE + TEXT_HEIGHT + 16)
      drawPicture(context, sample.picture, x, y, SIDE)
      drawHeatOverlay(context, sample, x + SIDE + PAIR_GAP, y, SIDE)
      if (!hasEvidence(sample.heat)) drawNote(context, 'nothing spoke for it', x + SIDE + PAIR_GAP, y + SIDE)
      drawVerdict(context, sample, x, y + SIDE, pair)
    }
  })
}

/** What a grey picture is on average: the heat of the scale lies on it. */
const GROUND: Rgb = [175, 175, 175]

function over(ground: Rgb, color: Rgb, opacity: number): Rgb {
  const mix = (below: number, above: number): number => below + (above - below) * opacity
  return [mix(ground[0], color[0]), mix(ground[1], color[1]), mix(ground[2], color[2])]
}

/** What the colours mean, its right end at `right`. */
function drawScale(context: Context, right: number, y: number): void {
  const style = { size: typeSize.label, color: palette.inkSoft, baseline: 'middle' } as const
  const most = drawText(context, 'most evidence', right, y, { ...style, align: 'right' })
  const [width, left] = [96, right - most - 8 - 96]
  for (let step = 0; step < width; step++) {
    const share = step / (width - 1)
    context.fillStyle = css(over(GROUND, heatRamp(share), heatOpacity(share)))
    context.fillRect(left + step, y - 5, 1.5, 10)
  }
  drawText(context, 'little', left - 8, y, { ...style, align: 'right' })
}

/** Words at the lower left of a picture. */
function drawNote(context: Context, text: string, x: number, y: number): void {
  const style = { size: typeSize.label, color: palette.inkSoft } as const
  context.fillStyle = palette.paper
  context.fillRect(x, y - 20, textWidth(text, style) + 12, 20)
  drawText(context, text, x + 6, y - 6, style)
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
