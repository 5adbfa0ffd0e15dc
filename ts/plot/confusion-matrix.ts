import { blueRamp, css, luminance, type Rgb, rustRamp } from './color-ramp.ts'
import { classSupport, lowestRecall, mostConfused } from './confused-pairs.ts'
import { type ConfusionLayout, confusionLayout } from './confusion-layout.ts'
import { drawHeader } from './header.ts'
import { legible } from './legible-text.ts'
import { countText, percentText, tinyCount } from './number-text.ts'
import { palette } from './palette.ts'
import { drawRankedList, RANKED_HEADING_HEIGHT, RANKED_ROW_HEIGHT } from './ranked-list.ts'
import { type Context, PIXEL_RATIO, renderPng } from './surface.ts'
import { drawText, drawTextUpwards, textWidth, typeSize } from './text.ts'

export interface ConfusionMatrixInput {
  /** Class names in index order. */
  readonly classes: readonly string[]
  /** Row-major [classes, classes] counts: true class by predicted class. */
  readonly confusion: ArrayLike<number>
  /** What was evaluated: `Validation, epoch 7`. */
  readonly caption: string
}

/** Of a class without images, in a row of cells. */
const NO_IMAGES: Rgb = [236, 238, 241]

/** Where on the ramp of mistakes the rarest one lies. */
const LEAST_RUST = 0.1

/**
 * Rows are true classes; colour is the share of the row, blue on the diagonal and rust beside it (there by its square
 * root, so that rare mistakes show). Counts stand in cells that have room. The most confused pairs and the classes found
 * worst are listed beside. Beyond 1,200 classes neighbours share a cell.
 */
export function confusionMatrixPlot(input: ConfusionMatrixInput): Promise<Uint8Array> {
  const classes = input.classes.map(legible)
  const layout = confusionLayout(classes)
  const support = classSupport(input.confusion, classes.length)
  const images = support.reduce((sum, count) => sum + count, 0)
  const right = support.reduce(
    (sum, _, index) => sum + (input.confusion[index * (classes.length + 1)] ?? 0),
    0,
  )
  const facts = [
    input.caption,
    `${countText(images)} ${images === 1 ? 'image' : 'images'}`,
    `${countText(classes.length)} ${classes.length === 1 ? 'class' : 'classes'}`,
    ...(images > 0 ? [`top-1 accuracy ${percentText(right / images, 2)}`] : []),
  ]
  return renderPng(layout.width, layout.height, (context) => {
    drawHeader(context, { title: 'Confusion matrix', subtitle: facts.join('  ·  ') }, layout.width)
    drawCells(context, layout, input.confusion, classes.length)
    drawLabels(context, layout, classes)
    drawLegend(context, layout, support)
    drawSide(context, layout, input.confusion, classes)
  })
}

/** Counts of the matrix as it is shown: neighbours summed where there are too many classes. */
function shownCounts(
  layout: ConfusionLayout,
  confusion: ArrayLike<number>,
  numClasses: number,
): ArrayLike<number> {
  if (layout.classesPerCell === 1) return confusion
  const counts = new Float64Array(layout.cells * layout.cells)
  for (let row = 0; row < numClasses; row++) {
    const target = Math.floor(row / layout.classesPerCell) * layout.cells
    for (let column = 0; column < numClasses; column++) {
      const cell = target + Math.floor(column / layout.classesPerCell)
      counts[cell] = (counts[cell] ?? 0) + (confusion[row * numClasses + column] ?? 0)
    }
  }
  return counts
}

function cellColor(count: number, support: number, diagonal: boolean, least = LEAST_RUST): Rgb {
  if (support === 0) return NO_IMAGES
  const share = count / support
  if (count === 0) return [250, 250, 251]
  return diagonal ? blueRamp(0.08 + 0.92 * share) : rustRamp(least + (1 - least) * Math.sqrt(share))
}

function drawCells(
  context: Context,
  layout: ConfusionLayout,
  confusion: ArrayLike<number>,
  numClasses: number,
): void {
  const { cells, cell, gap, matrix } = layout
  const counts = shownCounts(layout, confusion, numClasses)
  const support = classSupport(counts, cells)
  // A mistake that is one or two pixels large needs more colour to be seen.
  const least = cell < 5 ? 0.4 : LEAST_RUST
  const colorAt = (row: number, column: number): Rgb =>
    cellColor(counts[row * cells + column] ?? 0, support[row] ?? 0, row === column, least)
  if (gap === 0) {
    fillByPixels(context, layout, colorAt)
  } else {
    for (let row = 0; row < cells; row++)
      for (let column = 0; column < cells; column++) {
        context.fillStyle = css(colorAt(row, column))
        context.fillRect(matrix.x + column * cell, matrix.y + row * cell, cell - gap, cell - gap)
      }
  }
  if (cell < 16) return
  const size = Math.min(15, Math.max(7.5, cell * 0.42))
  for (let row = 0; row < cells; row++)
    for (let column = 0; column < cells; column++) {
      const count = counts[row * cells + column] ?? 0
      if (count === 0) continue
      const color = luminance(colorAt(row, column)) > 0.32 ? palette.ink : palette.paper
      const x = matrix.x + column * cell + (cell - gap) / 2
      const y = matrix.y + row * cell + (cell - gap) / 2
      const text = tinyCount(count)
      const style = { size, color, align: 'center', baseline: 'middle' } as const
      if (cell < 44) {
        if (textWidth(text, style) <= cell - 3) drawText(context, text, x, y + 0.5, style)
        continue
      }
      drawText(context, countText(count), x, y - 7, { ...style, weight: 600, maxWidth: cell - 6 })
      const share = percentText(count / (support[row] ?? 1))
      drawText(context, share, x, y + 9, { ...style, size: typeSize.small, maxWidth: cell - 4 })
    }
}

/** One fill for each of a million cells would take seconds. */
function fillByPixels(
  context: Context,
  layout: ConfusionLayout,
  colorAt: (row: number, column: number) => Rgb,
): void {
  const pixels = Math.round(layout.cell * PIXEL_RATIO)
  const side = pixels * layout.cells
  const image = context.createImageData(side, side)
  const words = new Uint32Array(image.data.buffer)
  for (let row = 0; row < layout.cells; row++) {
    const start = row * pixels * side
    for (let column = 0; column < layout.cells; column++) {
      const [red, green, blue] = colorAt(row, column)
      const word = (255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)
      words.fill(word, start + column * pixels, start + (column + 1) * pixels)
    }
    for (let line = 1; line < pixels; line++) words.copyWithin(start + line * side, start, start + side)
  }
  context.putImageData(
    image,
    Math.round(layout.matrix.x * PIXEL_RATIO),
    Math.round(layout.matrix.y * PIXEL_RATIO),
  )
  context.strokeStyle = palette.hairline
  context.lineWidth = 1
  context.strokeRect(
    layout.matrix.x - 0.5,
    layout.matrix.y - 0.5,
    layout.matrix.size + 1,
    layout.matrix.size + 1,
  )
}

function drawLabels(context: Context, layout: ConfusionLayout, classes: readonly string[]): void {
  const { cells, cell, gap, matrix, label, classesPerCell } = layout
  const style = {
    size: label.size,
    color: palette.inkSoft,
    maxWidth: label.maxWidth,
    baseline: 'middle',
  } as const
  for (let index = 0; index < cells; index += label.every) {
    const name = classes[index * classesPerCell] ?? ''
    const middle = index * cell + (cell - gap) / 2
    drawText(context, name, matrix.x - 7, matrix.y + middle, { ...style, align: 'right' })
    if (label.upright) drawTextUpwards(context, name, matrix.x + middle, matrix.y - 7, style)
    else
      drawText(context, name, matrix.x + middle, matrix.y - 7 - label.size / 2, { ...style, align: 'center' })
    if (label.every === 1) continue
    context.fillStyle = palette.axis
    context.fillRect(matrix.x - 5, matrix.y + middle - 0.25, 4, 0.5)
    context.fillRect(matrix.x + middle - 0.25, matrix.y - 5, 0.5, 4)
  }
  const title = { size: typeSize.label, weight: 600 } as const
  const top = matrix.y - 8 - (label.upright ? label.maxWidth : label.size) - 10
  drawText(context, 'Predicted class', matrix.x, top, title)
  drawText(context, 'True class', matrix.x - 7, matrix.y - 8, { ...title, align: 'right' })
}

function drawLegend(context: Context, layout: ConfusionLayout, support: readonly number[]): void {
  const y = layout.matrix.y + layout.matrix.size + 24
  const style = { size: typeSize.small, color: palette.inkSoft, baseline: 'middle' } as const
  let x = layout.matrix.x
  x += drawText(context, 'Share of the true class:', x, y, style) + 14
  for (const [name, diagonal] of [
    ['right', true],
    ['wrong (root scale)', false],
  ] as const) {
    x += drawText(context, name, x, y, { ...style, color: palette.ink }) + 8
    x += drawText(context, '0', x, y, style) + 5
    for (let step = 0; step < 48; step++) {
      context.fillStyle = css(cellColor(step + 1, 48, diagonal))
      context.fillRect(x + step, y - 5, 1.5, 10)
    }
    x += 54
    x += drawText(context, '100 %', x, y, style) + 22
  }
  const absent = support.filter((count) => count === 0).length
  if (absent === 0) return
  context.fillStyle = css(NO_IMAGES)
  context.fillRect(x, y - 5, 10, 10)
  const text = absent === 1 ? '1 class without images' : `${countText(absent)} classes without images`
  drawText(context, text, x + 16, y, style)
}

function drawSide(
  context: Context,
  layout: ConfusionLayout,
  confusion: ArrayLike<number>,
  classes: readonly string[],
): void {
  const { side } = layout
  const rowsFor = (height: number): number => Math.floor((height - RANKED_HEADING_HEIGHT) / RANKED_ROW_HEIGHT)
  const gap = 22
  const two = side.height >= 400
  const rows = Math.min(25, rowsFor(two ? (side.height - gap) / 2 : side.height))
  const name = (index: number): string => classes[index] ?? ''
  const pairs = mostConfused(confusion, classes.length, rows).map((pair) => ({
    names: [name(pair.trueClass), name(pair.predictedClass)],
    value: `${countText(pair.count)} · ${percentText(pair.share)}`,
    share: pair.share,
  }))
  const none = confusedNote(confusion)
  const taken = drawRankedList(context, 'Most confused', pairs, none, side, palette.wrong)
  if (!two) return
  const worst = lowestRecall(confusion, classes.length, rows).map(({ index, recall, support }) => ({
    names: [name(index)],
    value: `${percentText(recall)} of ${countText(support)}`,
    share: recall,
  }))
  const below = { ...side, y: side.y + taken + gap }
  drawRankedList(context, 'Lowest recall', worst, 'Every image was recognised.', below, palette.blue)
}

/** What stands in the place of confused pairs where there are none. */
function confusedNote(confusion: ArrayLike<number>): string {
  for (let cell = 0; cell < confusion.length; cell++) if ((confusion[cell] ?? 0) > 0) return 'No mistakes.'
  return 'No images were evaluated.'
}
