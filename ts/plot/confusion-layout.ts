import { HEADER_HEIGHT, MARGIN } from './header.ts'
import { textWidth, typeSize } from './text.ts'

/** Above this many classes neighbours are summed into one cell. */
const MOST_CELLS = 1200
const SIDE_WIDTH = 300
const SIDE_GAP = 40
const LEGEND_HEIGHT = 36
const LEGEND_WIDTH = 610
const MOST_LABEL_WIDTH = 150
/** For the words "True class" above the names. */
const LEAST_LABEL_WIDTH = 62
const NICE_STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200]

/** Where everything of a confusion matrix lies, in logical pixels. */
export interface ConfusionLayout {
  readonly width: number
  readonly height: number
  /** Classes summed into one cell, each way. */
  readonly classesPerCell: number
  /** Cells each way. */
  readonly cells: number
  readonly cell: number
  /** Between cells. */
  readonly gap: number
  readonly matrix: { readonly x: number; readonly y: number; readonly size: number }
  readonly label: {
    readonly size: number
    readonly maxWidth: number
    /** Every which cell has its name written. */
    readonly every: number
    readonly upright: boolean
  }
  readonly side: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

/** Fits a matrix of these class names on a page that grows with them. */
export function confusionLayout(classes: readonly string[]): ConfusionLayout {
  const classesPerCell = Math.max(1, Math.ceil(classes.length / MOST_CELLS))
  const cells = Math.max(1, Math.ceil(classes.length / classesPerCell))
  const cell = cellSize(cells)
  const size = cells * cell
  const labelSize = Math.min(typeSize.label, Math.max(7, cell - 4))
  const pitch = Math.max(labelSize, cell < labelSize ? 9 : 0)
  const every = NICE_STEPS.find((step) => step * cell >= pitch) ?? Math.ceil(pitch / cell)
  const style = { size: labelSize }
  const widest = Math.ceil(Math.max(8, ...classes.map((name) => textWidth(name, style))))
  const maxWidth = Math.min(MOST_LABEL_WIDTH, widest)
  const upright = widest > cell * every - 4
  const top = (upright ? maxWidth : labelSize) + 8
  const x = MARGIN + Math.max(maxWidth, LEAST_LABEL_WIDTH) + 8
  const y = MARGIN + HEADER_HEIGHT + 18 + top
  const sideHeight = Math.max(size, 140)
  return {
    width: x + Math.max(size + SIDE_GAP + SIDE_WIDTH, LEGEND_WIDTH) + MARGIN,
    height: y + sideHeight + LEGEND_HEIGHT + MARGIN,
    classesPerCell,
    cells,
    cell,
    gap: cell >= 10 ? 1 : 0,
    matrix: { x, y, size },
    label: { size: labelSize, maxWidth, every, upright },
    side: { x: x + size + SIDE_GAP, y, width: SIDE_WIDTH, height: sideHeight },
  }
}

/** Half pixels at the least, so that a cell is whole device pixels. */
function cellSize(cells: number): number {
  if (cells <= 10) return Math.min(140, Math.max(46, Math.floor(400 / cells)))
  if (cells <= 64) return Math.max(16, Math.floor(780 / cells))
  if (cells <= 240) return Math.max(7, Math.floor(1100 / cells))
  return Math.max(1, Math.floor(2200 / cells) / 2)
}
