import { axisText } from '../plot/number-text.ts'
import { linearScale, logScale, type ScaleBounds } from '../plot/scale.ts'
import { wholeTicks } from '../plot/ticks.ts'
import { html, type Markup } from './html.ts'

const WIDTH = 360
const HEIGHT = 232
const LEFT = 46
const RIGHT = 92
const TOP = 10
const BOTTOM = 28
const LABEL_PITCH = 15

export interface ChartLine {
  readonly name: string
  /** A variable of the style sheet: `--blue`. */
  readonly color: string
  readonly points: readonly (readonly [epoch: number, value: number])[]
  readonly thin?: boolean
}

export interface LineChart {
  readonly title: string
  readonly lines: readonly ChartLine[]
  readonly format: (value: number) => string
  /** Of the axis, where it differs. */
  readonly tickFormat?: (value: number) => string
  readonly bounds?: ScaleBounds
  readonly mayBeLog?: boolean
}

/** Curves over epochs as SVG, named at their ends. Values that are not finite leave a gap. */
export function lineChart(chart: LineChart): Markup {
  const lines = chart.lines.filter(({ points }) => points.some(([, value]) => Number.isFinite(value)))
  if (lines.length === 0)
    return html`<figure style="margin:0"><h3>${chart.title}</h3><p class="faint">nothing logged</p></figure>`
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const log = chart.mayBeLog === true && least > 0 && most / least > 40
  const [low, high] = [HEIGHT - BOTTOM, TOP]
  const scale = log ? logScale(values, low, high) : linearScale(values, low, high, 4, chart.bounds)
  const epochs = lines.flatMap(({ points }) => points.map(([epoch]) => epoch))
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)]
  const end = WIDTH - RIGHT
  const across = (epoch: number): number =>
    first === last ? (LEFT + end) / 2 : LEFT + ((epoch - first) / (last - first)) * (end - LEFT)
  const tickFormat = chart.tickFormat ?? (log ? chart.format : axisText(scale.ticks))
  const grid = scale.ticks.map((tick) => {
    const y = round(scale.place(tick))
    return html`<path d="M${LEFT} ${y}H${end}" stroke="var(--line)"/><text x="${LEFT - 7}" y="${y + 4}" text-anchor="end">${tickFormat(tick)}</text>`
  })
  const below = wholeTicks(first, last, 4).map(
    (tick) => html`<text x="${round(across(tick))}" y="${HEIGHT - 8}" text-anchor="middle">${tick}</text>`,
  )
  const drawn = lines.map(({ color, points, thin }) => {
    const single = points.length === 1
    const [epoch, value] = points[0] ?? [0, 0]
    return single
      ? html`<circle cx="${round(across(epoch))}" cy="${round(scale.place(value))}" r="3.5" fill="var(${color})"/>`
      : html`<path d="${pathOf(points, across, scale.place)}" fill="none" stroke="var(${color})" stroke-width="${thin ? 1.5 : 2.25}" stroke-linejoin="round"/>`
  })
  return html`<figure style="margin:0"><h3>${chart.title}${log ? html` <span class="faint">(logarithmic)</span>` : ''}</h3><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${chart.title} by epoch">${grid}${below}<text x="${end + 20}" y="${HEIGHT - 8}">epoch</text>${drawn}${endLabels(lines, scale.place, chart.format, end + 8)}</svg></figure>`
}

function pathOf(
  points: ChartLine['points'],
  across: (epoch: number) => number,
  place: (value: number) => number,
): string {
  let path = ''
  let drawing = false
  for (const [epoch, value] of points) {
    if (Number.isFinite(value)) path += `${drawing ? 'L' : 'M'}${round(across(epoch))} ${round(place(value))}`
    drawing = Number.isFinite(value)
  }
  return path
}

function endLabels(
  lines: readonly ChartLine[],
  place: (value: number) => number,
  format: (value: number) => string,
  x: number,
): Markup[] {
  const labels = lines
    .map(({ name, color, points }) => {
      const value = points.findLast(([, candidate]) => Number.isFinite(candidate))?.[1] ?? 0
      return { text: `${name} ${format(value)}`, color, y: place(value) }
    })
    .sort((a, b) => a.y - b.y)
  let floor = TOP + 4
  for (const label of labels) {
    label.y = Math.max(label.y, floor)
    floor = label.y + LABEL_PITCH
  }
  let ceiling = HEIGHT - BOTTOM - 2
  for (const label of labels.toReversed()) {
    label.y = Math.min(label.y, ceiling)
    ceiling = label.y - LABEL_PITCH
  }
  return labels.map(
    ({ text, color, y }) =>
      html`<text class="label" x="${x}" y="${round(y + 4)}" style="fill:var(${color})">${text}</text>`,
  )
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
