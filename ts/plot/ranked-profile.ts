import type { Box } from './line-panel.ts'
import { countText } from './number-text.ts'
import { palette } from './palette.ts'
import { linearScale } from './scale.ts'
import type { Context } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

/** Counts of very many classes, sorted from most to least: the shape of a distribution, with the names at its ends. */
export function drawRankedProfile(
  context: Context,
  names: readonly string[],
  counts: readonly number[],
  box: Box,
  color: string,
): void {
  const order = counts
    .map((count, index) => ({ count, index }))
    .sort((a, b) => b.count - a.count || a.index - b.index)
  const bottom = box.y + box.height - 48
  const scale = linearScale([0, ...counts], bottom, box.y, 4, { low: 0 })
  const tickStyle = {
    size: typeSize.label,
    color: palette.inkFaint,
    align: 'right',
    baseline: 'middle',
  } as const
  const left = box.x + Math.max(...scale.ticks.map((tick) => textWidth(countText(tick), tickStyle))) + 8
  const right = box.x + box.width
  for (const tick of scale.ticks) {
    context.fillStyle = palette.hairline
    context.fillRect(left, scale.place(tick) - 0.5, right - left, 1)
    drawText(context, countText(tick), left - 6, scale.place(tick), tickStyle)
  }
  context.fillStyle = color
  context.beginPath()
  context.moveTo(left, bottom)
  for (const [rank, { count }] of order.entries()) {
    const from = left + (rank / order.length) * (right - left)
    const to = left + ((rank + 1) / order.length) * (right - left)
    context.lineTo(from, scale.place(count))
    context.lineTo(to, scale.place(count))
  }
  context.lineTo(right, bottom)
  context.fill()
  const half = (right - left) / 2 - 12
  const end = (entry: { count: number; index: number } | undefined): string =>
    entry === undefined ? '' : `${names[entry.index] ?? ''}`
  const most = order[0]
  const least = order.at(-1)
  const label = { size: typeSize.label, color: palette.ink, maxWidth: half } as const
  const note = { size: typeSize.label, color: palette.inkSoft, maxWidth: half } as const
  drawText(context, end(most), left, bottom + 18, label)
  drawText(context, `most: ${countText(most?.count ?? 0)}`, left, bottom + 34, note)
  drawText(context, end(least), right, bottom + 18, { ...label, align: 'right' })
  drawText(context, `least: ${countText(least?.count ?? 0)}`, right, bottom + 34, { ...note, align: 'right' })
}
