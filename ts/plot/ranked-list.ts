import { palette } from './palette.ts'
import type { Context } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

/** Height of one entry. */
export const RANKED_ROW_HEIGHT = 27
/** Height of the heading above the entries. */
export const RANKED_HEADING_HEIGHT = 28

export interface RankedEntry {
  /** Names, joined by an arrow where there are two. */
  readonly names: readonly string[]
  /** At the right, for instance `12 · 8.3 %`. */
  readonly value: string
  /** Length of the bar below, 0 … 1. */
  readonly share: number
}

/** A heading and ranked entries with a thin bar below each; answers the height it took. */
export function drawRankedList(
  context: Context,
  heading: string,
  entries: readonly RankedEntry[],
  emptyText: string,
  box: { readonly x: number; readonly y: number; readonly width: number },
  color: string,
): number {
  drawText(context, heading, box.x, box.y + 12, { size: typeSize.heading, weight: 600, maxWidth: box.width })
  let y = box.y + RANKED_HEADING_HEIGHT
  if (entries.length === 0) {
    drawText(context, emptyText, box.x, y + 11, { color: palette.inkSoft, maxWidth: box.width })
    return RANKED_HEADING_HEIGHT + RANKED_ROW_HEIGHT
  }
  for (const entry of entries) {
    const valueStyle = { size: typeSize.label, color: palette.inkSoft, align: 'right' } as const
    const taken = drawText(context, entry.value, box.x + box.width, y + 11, valueStyle)
    drawNames(context, entry.names, box.x, y + 11, box.width - taken - 12)
    context.fillStyle = palette.panel
    context.fillRect(box.x, y + 17, box.width, 2)
    context.fillStyle = color
    context.fillRect(box.x, y + 17, Math.max(1, box.width * Math.min(1, entry.share)), 2)
    y += RANKED_ROW_HEIGHT
  }
  return y - box.y
}

/** Each name is drawn for itself, so that one written right to left does not move its neighbours. */
function drawNames(context: Context, names: readonly string[], x: number, y: number, width: number): void {
  const arrow = 22
  const room = (width - arrow * (names.length - 1)) / names.length
  // A short name leaves its room to a long one.
  const widths = names.map((name) => textWidth(name))
  const spare = widths.reduce((sum, taken) => sum + Math.max(0, room - taken), 0)
  const long = Math.max(1, widths.filter((taken) => taken > room).length)
  let left = x
  for (const [index, name] of names.entries()) {
    if (index > 0) {
      drawText(context, '→', left + arrow / 2, y, { color: palette.inkFaint, align: 'center' })
      left += arrow
    }
    left += drawText(context, name, left, y, { maxWidth: room + spare / long })
  }
}
