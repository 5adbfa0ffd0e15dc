import { barOf, type ClassRows, classRows, drawClassNames, MOST_CLASS_ROWS } from './class-rows.ts'
import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { imbalanceRatio } from './imbalance-ratio.ts'
import { legible } from './legible-text.ts'
import { countText, shortNumber } from './number-text.ts'
import { palette, splitColor } from './palette.ts'
import { drawRankedProfile } from './ranked-profile.ts'
import { type Context, renderPng } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'

const PANEL_GAP = 28
const SPLIT_HEADING = 40

export interface SplitDistribution {
  readonly split: 'train' | 'val' | 'test'
  /** Images of each class, in class order. */
  readonly counts: readonly number[]
}

export interface ClassDistributionInput {
  readonly classes: readonly string[]
  readonly splits: readonly SplitDistribution[]
}

const SPLIT_NAMES = { train: 'Train', val: 'Validation', test: 'Test' } as const

/** Images of each class by split, side by side on one list of classes; as ranked curves beyond 300 classes. */
export function classDistributionPlot({ classes, splits }: ClassDistributionInput): Promise<Uint8Array> {
  const names = classes.map(legible)
  const images = splits.reduce((sum, { counts }) => sum + total(counts), 0)
  const subtitle = `${countText(images)} images  ·  ${countText(classes.length)} ${classes.length === 1 ? 'class' : 'classes'}`
  const header = { title: 'Class distribution', subtitle }
  const top = MARGIN + HEADER_HEIGHT + SPLIT_HEADING
  if (classes.length > MOST_CLASS_ROWS) {
    const panel = 420
    const width = 2 * MARGIN + splits.length * panel + (splits.length - 1) * PANEL_GAP
    const height = top + 260 + MARGIN
    return renderPng(width, height, (context) => {
      drawHeader(context, header, width)
      for (const [index, split] of splits.entries()) {
        const x = MARGIN + index * (panel + PANEL_GAP)
        drawSplitHeading(context, split, x, panel)
        drawRankedProfile(
          context,
          names,
          split.counts,
          { x, y: top, width: panel, height: 260 },
          splitColor[split.split],
        )
      }
    })
  }
  const rows = classRows(names, top)
  const panel = splits.length <= 1 ? 480 : splits.length === 2 ? 300 : 230
  const across = splits.length * panel + Math.max(0, splits.length - 1) * PANEL_GAP
  const width = Math.max(rows.left + across + MARGIN, 460)
  return renderPng(width, top + rows.height + MARGIN, (context) => {
    drawHeader(context, header, width)
    drawClassNames(context, rows, names)
    for (const [index, split] of splits.entries()) {
      const x = rows.left + index * (panel + PANEL_GAP)
      drawSplitHeading(context, split, x, panel)
      drawBars(context, rows, split, x, panel)
    }
  })
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

function drawSplitHeading(
  context: Context,
  { split, counts }: SplitDistribution,
  x: number,
  width: number,
): void {
  const y = MARGIN + HEADER_HEIGHT
  drawText(context, SPLIT_NAMES[split], x, y + 12, {
    size: typeSize.heading,
    weight: 600,
    color: splitColor[split],
  })
  const missing = counts.filter((count) => count === 0).length
  const facts = [
    `${countText(total(counts))} images`,
    ...(total(counts) > 0 ? [`imbalance ${shortNumber(imbalanceRatio(counts))} : 1`] : []),
    ...(missing > 0 ? [`${countText(missing)} missing`] : []),
  ]
  drawText(context, facts.join('  ·  '), x, y + 28, {
    size: typeSize.label,
    color: palette.inkSoft,
    maxWidth: width,
  })
}

function drawBars(
  context: Context,
  rows: ClassRows,
  { split, counts }: SplitDistribution,
  x: number,
  width: number,
): void {
  const most = Math.max(1, ...counts)
  const style = { size: Math.min(typeSize.label, rows.labelSize), baseline: 'middle' } as const
  const room = width - textWidth(countText(most), style) - 8
  context.fillStyle = palette.axis
  context.fillRect(x - 1, rows.top, 1, rows.height)
  for (const [index, count] of counts.entries()) {
    const bar = barOf(rows, index)
    const length = (count / most) * room
    if (count > 0) {
      context.fillStyle = splitColor[split]
      context.fillRect(x, bar.y, Math.max(1, length), bar.height)
    }
    drawText(context, countText(count), x + length + 6, rows.top + (index + 0.5) * rows.rowHeight, {
      ...style,
      color: count === 0 ? palette.wrong : palette.inkSoft,
    })
  }
}
