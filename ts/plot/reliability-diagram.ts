import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { countText, percentText } from './number-text.ts'
import { palette } from './palette.ts'
import { type Context, renderPng } from './surface.ts'
import { drawText, drawTextUpwards, typeSize } from './text.ts'

const SIDE = 380
const HISTOGRAM_HEIGHT = 84
const LEFT = MARGIN + 58

/** Predictions whose confidence lies in one of equally wide bins over 0 … 1. */
export interface ConfidenceBin {
  readonly count: number
  /** Mean confidence, and the share that was right; anything where the bin is empty. */
  readonly confidence: number
  readonly accuracy: number
}

export interface ReliabilityInput {
  readonly bins: readonly ConfidenceBin[]
  readonly caption: string
}

/** How often the model is right at each confidence, with the gap to what it claims, and how often it claims it. */
export function reliabilityDiagramPlot(input: ReliabilityInput): Promise<Uint8Array> {
  const { bins } = input
  const images = bins.reduce((sum, { count }) => sum + count, 0)
  const error = bins.reduce(
    (sum, { count, accuracy, confidence }) =>
      sum + (count * Math.abs(accuracy - confidence)) / Math.max(1, images),
    0,
  )
  const facts = [input.caption, `${countText(images)} ${images === 1 ? 'image' : 'images'}`]
  if (images > 0) facts.push(`expected calibration error ${percentText(error, 2)}`)
  const width = LEFT + SIDE + MARGIN + 12
  const top = MARGIN + HEADER_HEIGHT + 26
  const height = top + SIDE + 40 + HISTOGRAM_HEIGHT + 44 + MARGIN
  return renderPng(Math.max(width, 520), height, (context) => {
    drawHeader(context, { title: 'Reliability', subtitle: facts.join('  ·  ') }, Math.max(width, 520))
    drawKey(context, top - 16)
    drawReliability(context, bins, top)
    drawHistogram(context, bins, top + SIDE + 40)
  })
}

function drawKey(context: Context, y: number): void {
  const style = { size: typeSize.label, color: palette.inkSoft, baseline: 'middle' } as const
  let x = LEFT
  context.fillStyle = palette.blue
  context.fillRect(x, y - 5, 10, 10)
  x += 16 + drawText(context, 'right', x + 16, y, style) + 14
  for (const [text, gap] of [
    ['too sure', OVERCONFIDENT],
    ['not sure enough', UNDERCONFIDENT],
  ] as const) {
    drawGap(context, gap, x, y - 5, 10, 10)
    x += 16 + drawText(context, text, x + 16, y, style) + 14
  }
  context.strokeStyle = palette.inkFaint
  context.setLineDash([4, 3])
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x + 20, y)
  context.stroke()
  context.setLineDash([])
  drawText(context, 'perfect', x + 26, y, style)
}

const OVERCONFIDENT = { fill: '#f4cfbd', edge: palette.wrong } as const
const UNDERCONFIDENT = { fill: '#c9dff0', edge: palette.blue } as const

/** The difference between how sure the model is and how often it is right. */
function drawGap(
  context: Context,
  { fill, edge }: { readonly fill: string; readonly edge: string },
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.fillStyle = fill
  context.fillRect(x, y, width, height)
  context.strokeStyle = edge
  context.lineWidth = 1
  if (height > 1) context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1)
}

function drawReliability(context: Context, bins: readonly ConfidenceBin[], top: number): void {
  const up = (share: number): number => top + SIDE * (1 - share)
  const label = { size: typeSize.label, color: palette.inkFaint } as const
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    context.fillStyle = palette.hairline
    context.fillRect(LEFT, up(tick) - 0.5, SIDE, 1)
    drawText(context, percentText(tick, 0), LEFT - 8, up(tick), {
      ...label,
      align: 'right',
      baseline: 'middle',
    })
  }
  for (const [index, { count, accuracy, confidence }] of bins.entries()) {
    if (count === 0) continue
    const [low, high] = [index / bins.length, (index + 1) / bins.length]
    const x = LEFT + low * SIDE
    const width = (high - low) * SIDE - 1.5
    context.fillStyle = palette.blue
    context.fillRect(x, up(Math.min(accuracy, confidence)), width, Math.min(accuracy, confidence) * SIDE)
    const [above, below] = accuracy > confidence ? [accuracy, confidence] : [confidence, accuracy]
    const gap = accuracy > confidence ? UNDERCONFIDENT : OVERCONFIDENT
    drawGap(context, gap, x, up(above), width, (above - below) * SIDE)
  }
  context.strokeStyle = palette.inkFaint
  context.lineWidth = 1.25
  context.setLineDash([4, 3])
  context.beginPath()
  context.moveTo(LEFT, up(0))
  context.lineTo(LEFT + SIDE, up(1))
  context.stroke()
  context.setLineDash([])
  drawTextUpwards(context, 'accuracy', MARGIN + 8, top + SIDE / 2, {
    size: typeSize.label,
    weight: 600,
    align: 'center',
  })
}

function drawHistogram(context: Context, bins: readonly ConfidenceBin[], top: number): void {
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const bottom = top + HISTOGRAM_HEIGHT
  for (const [index, { count }] of bins.entries()) {
    const [low, high] = [index / bins.length, (index + 1) / bins.length]
    const height = (count / most) * (HISTOGRAM_HEIGHT - 14)
    context.fillStyle = palette.slate
    context.fillRect(LEFT + low * SIDE, bottom - height, (high - low) * SIDE - 1.5, height)
    if (count === most && count > 0)
      drawText(context, countText(count), LEFT + ((low + high) / 2) * SIDE, bottom - height - 4, {
        size: typeSize.small,
        color: palette.inkSoft,
        align: 'center',
      })
  }
  context.fillStyle = palette.axis
  context.fillRect(LEFT, bottom, SIDE, 1)
  const label = { size: typeSize.label, color: palette.inkFaint, align: 'center' } as const
  for (const tick of [0, 0.25, 0.5, 0.75, 1])
    drawText(context, percentText(tick, 0), LEFT + tick * SIDE, bottom + 18, label)
  drawText(context, 'confidence', LEFT + SIDE / 2, bottom + 38, {
    size: typeSize.label,
    weight: 600,
    align: 'center',
  })
  drawTextUpwards(context, 'images', MARGIN + 8, top + HISTOGRAM_HEIGHT / 2, {
    size: typeSize.label,
    weight: 600,
    align: 'center',
  })
}
