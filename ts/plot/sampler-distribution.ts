import { barOf, classRows, drawClassNames, MOST_CLASS_ROWS } from './class-rows.ts'
import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { legible } from './legible-text.ts'
import { countText, percentText } from './number-text.ts'
import { palette } from './palette.ts'
import { linearScale } from './scale.ts'
import { type Context, renderPng } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

const BAR_WIDTH = 420
const LEGEND_HEIGHT = 28

export interface SamplerDistributionInput {
  readonly classes: readonly string[]
  /** Images drawn of each class. */
  readonly drawn: readonly number[]
  /** What the sampler should draw on average. */
  readonly expected: readonly number[]
  /** `Epoch 7, weighted sampler`. */
  readonly caption: string
}

/** How often each class was drawn (bar) against what was expected (mark); a cloud of points beyond 300 classes. */
export function samplerDistributionPlot(input: SamplerDistributionInput): Promise<Uint8Array> {
  const { classes, drawn, expected } = input
  const total = drawn.reduce((sum, count) => sum + count, 0)
  const header = {
    title: 'Drawn by the sampler',
    subtitle: `${input.caption}  ·  ${countText(total)} images drawn`,
  }
  const top = MARGIN + HEADER_HEIGHT + LEGEND_HEIGHT
  if (classes.length > MOST_CLASS_ROWS) return cloud(input, header, top)
  const names = classes.map(legible)
  const rows = classRows(names, top)
  const most = Math.max(1, ...drawn, ...expected)
  const style = { size: Math.min(typeSize.label, rows.labelSize), baseline: 'middle' } as const
  const valueWidth = textWidth(countText(most), style)
  const width = Math.max(rows.left + BAR_WIDTH + valueWidth + 110 + MARGIN, 520)
  return renderPng(width, top + rows.height + MARGIN, (context) => {
    drawHeader(context, header, width)
    drawKey(context, rows.left, top - 14)
    const [counts, deviations] = [
      rows.left + BAR_WIDTH + 20 + valueWidth,
      rows.left + BAR_WIDTH + 102 + valueWidth,
    ]
    const heading = {
      size: typeSize.label,
      color: palette.inkSoft,
      align: 'right',
      baseline: 'middle',
    } as const
    drawText(context, 'drawn', counts, top - 14, heading)
    drawText(context, 'off by', deviations, top - 14, heading)
    drawClassNames(context, rows, names)
    context.fillStyle = palette.axis
    context.fillRect(rows.left - 1, rows.top, 1, rows.height)
    for (const [index, count] of drawn.entries()) {
      const bar = barOf(rows, index)
      const middle = rows.top + (index + 0.5) * rows.rowHeight
      const wanted = expected[index] ?? 0
      context.fillStyle = palette.blue
      if (count > 0) context.fillRect(rows.left, bar.y, Math.max(1, (count / most) * BAR_WIDTH), bar.height)
      context.fillStyle = palette.ink
      context.fillRect(rows.left + (wanted / most) * BAR_WIDTH - 1, bar.y - 2, 2, bar.height + 4)
      drawText(context, countText(count), counts, middle, {
        ...style,
        color: palette.inkSoft,
        align: 'right',
      })
      drawText(context, deviation(count, wanted), deviations, middle, {
        ...style,
        color: palette.inkFaint,
        align: 'right',
      })
    }
  })
}

/** `+3.1 %` of what was expected. */
function deviation(drawn: number, expected: number): string {
  if (expected === 0) return drawn === 0 ? '' : 'not expected'
  const share = drawn / expected - 1
  if (Math.abs(share) < 5e-4) return '0 %'
  return `${share < 0 ? '−' : '+'}${percentText(Math.abs(share))}`
}

function drawKey(context: Context, x: number, y: number): void {
  const style = { size: typeSize.label, color: palette.inkSoft, baseline: 'middle' } as const
  context.fillStyle = palette.blue
  context.fillRect(x, y - 4, 18, 8)
  const taken = drawText(context, 'drawn', x + 24, y, style)
  context.fillStyle = palette.ink
  context.fillRect(x + taken + 48, y - 7, 2, 14)
  drawText(context, 'expected', x + taken + 56, y, style)
}

function cloud(
  { drawn, expected }: SamplerDistributionInput,
  header: { readonly title: string; readonly subtitle: string },
  top: number,
): Promise<Uint8Array> {
  const side = 420
  const left = MARGIN + 56
  const width = left + side + MARGIN + 40
  return renderPng(width, top + side + 52 + MARGIN, (context) => {
    drawHeader(context, header, width)
    const values = [0, ...drawn, ...expected]
    const across = linearScale(values, left, left + side, 5, { low: 0 })
    const up = linearScale(values, top + side, top, 5, { low: 0 })
    const style = { size: typeSize.label, color: palette.inkFaint } as const
    for (const tick of across.ticks) {
      context.fillStyle = palette.hairline
      context.fillRect(left, up.place(tick) - 0.5, side, 1)
      context.fillRect(across.place(tick) - 0.5, top, 1, side)
      drawText(context, countText(tick), left - 8, up.place(tick), {
        ...style,
        align: 'right',
        baseline: 'middle',
      })
      drawText(context, countText(tick), across.place(tick), top + side + 18, { ...style, align: 'center' })
    }
    drawText(context, 'expected', left + side, top + side + 38, {
      ...style,
      color: palette.ink,
      weight: 600,
      align: 'right',
    })
    drawText(context, 'drawn', left, top - 10, { ...style, color: palette.ink, weight: 600 })
    context.strokeStyle = palette.axis
    context.lineWidth = 1
    context.beginPath()
    const end = Math.max(...values)
    context.moveTo(across.place(0), up.place(0))
    context.lineTo(across.place(end), up.place(end))
    context.stroke()
    context.fillStyle = 'rgba(31, 111, 178, 0.35)'
    for (const [index, count] of drawn.entries()) {
      context.beginPath()
      context.arc(across.place(expected[index] ?? 0), up.place(count), 2.25, 0, 2 * Math.PI)
      context.fill()
    }
  })
}
