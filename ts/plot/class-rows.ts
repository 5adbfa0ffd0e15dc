import { MARGIN } from './header.ts'
import { palette } from './palette.ts'
import type { Context } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

/** Above this many classes a row each is too much for one picture. */
export const MOST_CLASS_ROWS = 300

const MOST_LABEL_WIDTH = 190

/** A list of classes down the page, one row each: what bar charts over classes share. */
export interface ClassRows {
  readonly rowHeight: number
  readonly labelSize: number
  readonly labelWidth: number
  /** Where the bars start. */
  readonly left: number
  readonly top: number
  readonly height: number
}

/** @param names Legible already. */
export function classRows(names: readonly string[], top: number): ClassRows {
  const rowHeight = names.length <= 60 ? 20 : names.length <= 150 ? 14 : 11
  const labelSize = Math.min(typeSize.body, rowHeight - 3)
  const widest = Math.max(20, ...names.map((name) => textWidth(name, { size: labelSize })))
  const labelWidth = Math.min(MOST_LABEL_WIDTH, Math.ceil(widest))
  return {
    rowHeight,
    labelSize,
    labelWidth,
    left: MARGIN + labelWidth + 10,
    top,
    height: names.length * rowHeight,
  }
}

/** The names at the left, right-aligned to the bars. */
export function drawClassNames(context: Context, rows: ClassRows, names: readonly string[]): void {
  for (const [index, name] of names.entries())
    drawText(context, name, rows.left - 10, rows.top + (index + 0.5) * rows.rowHeight, {
      size: rows.labelSize,
      color: palette.inkSoft,
      align: 'right',
      baseline: 'middle',
      maxWidth: rows.labelWidth,
    })
}

/** Where the bar of a row lies. */
export function barOf(rows: ClassRows, index: number): { readonly y: number; readonly height: number } {
  const height = Math.max(3, Math.round(rows.rowHeight * 0.6))
  return { y: rows.top + index * rows.rowHeight + (rows.rowHeight - height) / 2, height }
}
