import { axisText } from './number-text.ts'
import { palette } from './palette.ts'
import { linearScale, logScale, type Scale, type ScaleBounds } from './scale.ts'
import type { Context } from './surface.ts'
import { drawText, textWidth, typeSize } from './text.ts'
import { wholeTicks } from './ticks.ts'

/** Beyond this many points a line is drawn without dots. */
const MOST_DOTS = 40
const LABEL_PITCH = 15

/** One curve: [epoch, value] in order. A value that is not finite breaks the line and is marked. */
export interface Series {
  readonly name: string
  readonly color: string
  readonly points: readonly (readonly [epoch: number, value: number])[]
  /** The lowest or highest point gets a ring and a line in the heading. */
  readonly best?: 'min' | 'max'
  readonly quiet?: boolean
}

export interface LinePanel {
  readonly title: string
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  /** Of the axis, where it differs. */
  readonly tickFormat?: (value: number) => string
  readonly bounds?: ScaleBounds
  /** A logarithmic axis where the values spread over more than one and a half decades. */
  readonly mayBeLog?: boolean
  /** Shown in the place of the curves when there are none. */
  readonly emptyText: string
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Curves over epochs with their names and last values at their ends; no legend to look up. */
export function drawLinePanel(context: Context, panel: LinePanel, box: Box): void {
  drawText(context, panel.title, box.x, box.y + 12, { size: typeSize.heading, weight: 600 })
  const series = panel.series.filter(({ points }) => points.length > 0)
  const values = series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite)
  const top = box.y + 46
  const bottom = box.y + box.height - 34
  if (series.length === 0) {
    context.fillStyle = palette.panel
    context.fillRect(box.x, top, box.width, bottom - top)
    drawText(context, panel.emptyText, box.x + box.width / 2, (top + bottom) / 2, {
      color: palette.inkFaint,
      align: 'center',
      baseline: 'middle',
      maxWidth: box.width - 24,
    })
    return
  }
  const spread = values.length > 0 ? Math.max(...values) / Math.min(...values) : 1
  const log = panel.mayBeLog === true && values.length > 0 && Math.min(...values) > 0 && spread > 40
  const scale = log ? logScale(values, bottom, top) : linearScale(values, bottom, top, 5, panel.bounds)
  const tickFormat = panel.tickFormat ?? (log ? panel.format : axisText(scale.ticks))
  const labels = series.map((line) => ({ line, text: endLabel(line, panel.format) }))
  const besides = [...labels.map(({ text }) => text), 'epoch  ']
  const labelWidth = Math.max(...besides.map((text) => textWidth(text, { size: typeSize.label })))
  const tickWidth = Math.max(
    ...scale.ticks.map((tick) => textWidth(tickFormat(tick), { size: typeSize.label })),
  )
  const left = box.x + tickWidth + 10
  const right = box.x + box.width - labelWidth - 12
  const epochs = series.flatMap(({ points }) => points.map(([epoch]) => epoch))
  const first = Math.min(...epochs)
  const last = Math.max(...epochs)
  const across = (epoch: number): number =>
    last === first ? (left + right) / 2 : left + ((epoch - first) / (last - first)) * (right - left)

  drawBest(context, series, panel.format, box, log)
  drawGrid(context, scale, tickFormat, left, right)
  drawEpochs(
    context,
    wholeTicks(first, last, Math.max(2, Math.floor((right - left) / 56))),
    across,
    bottom,
    right,
  )
  for (const line of [...series].sort((a, b) => Number(b.quiet ?? false) - Number(a.quiet ?? false)))
    drawSeries(context, line, across, scale, bottom)
  drawEndLabels(context, labels, scale, right + 10, top, bottom)
}

function endLabel(line: Series, format: (value: number) => string): string {
  const value = line.points.at(-1)?.[1] ?? Number.NaN
  return `${line.name} ${format(value)}`
}

function bestPoint(line: Series): readonly [epoch: number, value: number] | undefined {
  let best: readonly [number, number] | undefined
  for (const point of line.points) {
    if (!Number.isFinite(point[1])) continue
    if (best === undefined || (line.best === 'max' ? point[1] > best[1] : point[1] < best[1])) best = point
  }
  return best
}

function drawBest(
  context: Context,
  series: readonly Series[],
  format: (value: number) => string,
  box: Box,
  log: boolean,
): void {
  const facts = series.flatMap((line) => {
    const point = line.best === undefined ? undefined : bestPoint(line)
    return point === undefined ? [] : [`best ${line.name} ${format(point[1])} in epoch ${point[0]}`]
  })
  if (log) facts.push('logarithmic')
  const broken = series.some(({ points }) => points.some(([, value]) => !Number.isFinite(value)))
  if (broken) facts.push('× not finite')
  drawText(context, facts.join('  ·  '), box.x, box.y + 29, {
    size: typeSize.label,
    color: palette.inkSoft,
    maxWidth: box.width,
  })
}

function drawGrid(
  context: Context,
  scale: Scale,
  format: (value: number) => string,
  left: number,
  right: number,
): void {
  for (const tick of scale.ticks) {
    const y = scale.place(tick)
    context.fillStyle = palette.hairline
    context.fillRect(left, y - 0.5, right - left, 1)
    drawText(context, format(tick), left - 8, y, {
      size: typeSize.label,
      color: palette.inkFaint,
      align: 'right',
      baseline: 'middle',
    })
  }
}

function drawEpochs(
  context: Context,
  ticks: readonly number[],
  across: (epoch: number) => number,
  bottom: number,
  right: number,
): void {
  const style = { size: typeSize.label, color: palette.inkFaint } as const
  for (const tick of ticks)
    drawText(context, String(tick), across(tick), bottom + 18, { ...style, align: 'center' })
  drawText(context, 'epoch', right + 20, bottom + 18, style)
}

function drawSeries(
  context: Context,
  line: Series,
  across: (epoch: number) => number,
  scale: Scale,
  bottom: number,
): void {
  context.strokeStyle = line.color
  context.fillStyle = line.color
  context.lineWidth = line.quiet ? 1.5 : 2
  context.lineJoin = 'round'
  context.beginPath()
  let drawing = false
  for (const [epoch, value] of line.points) {
    if (!Number.isFinite(value)) {
      drawing = false
      continue
    }
    if (drawing) context.lineTo(across(epoch), scale.place(value))
    else context.moveTo(across(epoch), scale.place(value))
    drawing = true
  }
  context.stroke()
  const radius = line.points.length === 1 ? 3.5 : line.points.length <= MOST_DOTS && !line.quiet ? 2.5 : 0
  for (const [epoch, value] of line.points) {
    if (!Number.isFinite(value))
      drawText(context, '×', across(epoch), bottom - 4, {
        color: palette.wrong,
        align: 'center',
        weight: 600,
      })
    else if (radius > 0) drawDot(context, across(epoch), scale.place(value), radius, line.color)
  }
  const best = line.best === undefined || line.points.length < 2 ? undefined : bestPoint(line)
  if (best === undefined) return
  context.strokeStyle = palette.ink
  context.lineWidth = 1.25
  context.beginPath()
  context.arc(across(best[0]), scale.place(best[1]), 5.5, 0, 2 * Math.PI)
  context.stroke()
}

function drawDot(context: Context, x: number, y: number, radius: number, color: string): void {
  context.fillStyle = color
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

/** Labels at the curves' ends, moved apart where they would lie on each other. */
function drawEndLabels(
  context: Context,
  labels: readonly { readonly line: Series; readonly text: string }[],
  scale: Scale,
  x: number,
  top: number,
  bottom: number,
): void {
  const placed = labels
    .map(({ line, text }) => {
      const end = line.points.findLast(([, value]) => Number.isFinite(value))
      return { line, text, y: end === undefined ? bottom : scale.place(end[1]) }
    })
    .sort((a, b) => a.y - b.y)
  let floor = top
  for (const label of placed) {
    label.y = Math.max(label.y, floor)
    floor = label.y + LABEL_PITCH
  }
  let ceiling = bottom - 4
  for (const label of placed.toReversed()) {
    label.y = Math.min(label.y, ceiling)
    ceiling = label.y - LABEL_PITCH
  }
  for (const { line, text, y } of placed)
    drawText(context, text, x, y, {
      size: typeSize.label,
      weight: 600,
      color: line.color,
      baseline: 'middle',
    })
}
