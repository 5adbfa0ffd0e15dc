import { countText, percentText, tinyCount } from '../plot/number-text.ts'
import { plainName } from '../plot/plain-name.ts'
import { html, type Markup } from './html.ts'
import type { ReportEvaluation } from './report-data.ts'

/** Most confused pairs, and the whole matrix where it is small enough to be read. */
export function confusionSection(evaluation: ReportEvaluation): Markup {
  const { classes, pairs } = evaluation
  const name = (index: number): Markup => html`<bdi>${classes[index] ?? index}</bdi>`
  const rows = pairs
    .slice(0, 15)
    .map(
      (pair) =>
        html`<tr><td>${name(pair.trueClass)} <span class="faint">→</span> ${name(pair.predictedClass)}<span class="bar bad"><i style="width:${(pair.share * 100).toFixed(1)}%"></i></span></td><td class="num">${countText(pair.count)}</td><td class="num">${percentText(pair.share)}</td></tr>`,
    )
  const list =
    rows.length === 0
      ? html`<p>No mistakes.</p>`
      : html`<div class="scroll"><table><thead><tr><th>True → predicted</th><th class="num">Images</th><th class="num">Of the class</th></tr></thead><tbody>${rows}</tbody></table></div>`
  const grid = evaluation.confusion === null ? undefined : matrix(evaluation.confusion, classes)
  return html`<h2>What is confused</h2>${grid === undefined ? list : html`<div class="two"><div>${grid}</div><div>${list}</div></div>`}`
}

/** Side of the matrix, in pixels where the page has room, and what a cell may measure. */
const SIDE = 560
const LEAST_CELL = 12
const MOST_CELL = 64
/** Smaller cells hold no numbers. */
const COUNTED_CELL = 26
/** Of a name in the margin; the whole one shows when a cell is pointed at. */
const MOST_CHARACTERS = 14

/** Rows are true classes; each cell says its count when pointed at. */
function matrix(confusion: readonly number[], classes: readonly string[]): Markup {
  const count = classes.length
  const names = classes.map((name) => shortened(plainName(name)))
  const cell = Math.min(MOST_CELL, Math.max(LEAST_CELL, Math.floor(SIDE / count)))
  const text = cell < 16 ? 9 : 11
  const longest = Math.max(...names.map((name) => Bun.stringWidth(name)))
  const extent = Math.ceil(longest * text * 0.62) + 6
  const upright = longest * text * 0.62 > cell - 4
  // At the left there must be room for the word above the names.
  const [left, top, side] = [Math.max(30, extent), (upright ? extent : 16) + 14, count * cell]
  const cells: Markup[] = []
  for (let row = 0; row < count; row++) {
    const support = confusion.slice(row * count, (row + 1) * count).reduce((sum, value) => sum + value, 0)
    const y = top + row * cell
    if (support === 0)
      cells.push(
        html`<rect x="${left}" y="${y}" width="${side}" height="${cell}" fill="var(--panel)"><title>${classes[row] ?? ''}: no images</title></rect>`,
      )
    for (let column = 0; column < count; column++) {
      const value = confusion[row * count + column] ?? 0
      if (value === 0) continue
      const share = value / support
      const strength = row === column ? 15 + 85 * share : 22 + 78 * Math.sqrt(share)
      const color = `color-mix(in srgb,var(${row === column ? '--blue' : '--wrong'}) ${strength.toFixed(0)}%,var(--card))`
      cells.push(
        html`<rect x="${left + column * cell}" y="${y}" width="${cell}" height="${cell}" style="fill:${color}"><title>${classes[row] ?? ''} → ${classes[column] ?? ''}: ${value} of ${support}</title></rect>`,
      )
      if (cell >= COUNTED_CELL)
        cells.push(
          html`<text class="count${strength > 55 ? ' on' : ''}" x="${left + (column + 0.5) * cell}" y="${y + cell / 2 + 4}" text-anchor="middle">${tinyCount(value)}</text>`,
        )
    }
  }
  const lines = Array.from({ length: count + 1 }, (_, index) => {
    const at = index * cell
    return `M${left} ${top + at}h${side}M${left + at} ${top}v${side}`
  })
  const rows = names.map(
    (name, index) =>
      html`<text x="${left - 4}" y="${top + (index + 0.5) * cell + 3}" text-anchor="end">${name}</text>`,
  )
  const columns = names.map((name, index) => {
    const x = left + (index + 0.5) * cell
    return upright
      ? html`<text transform="translate(${x + 3} ${top - 4}) rotate(-90)">${name}</text>`
      : html`<text x="${x}" y="${top - 4}" text-anchor="middle">${name}</text>`
  })
  const [width, height] = [left + side + 1, top + side + 1]
  // A phone scrolls rather than shrinks the names.
  const size = `min-width:${Math.min(width, 640)}px;max-width:${width}px;font-size:${text}px`
  return html`<div class="matrix"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Confusion matrix: rows are true, columns predicted classes" style="${size}">${cells}<path d="${lines.join('')}" stroke="var(--line)" stroke-width=".5"/>${rows}${columns}<text class="axis" x="${left}" y="${text}">predicted</text><text class="axis" x="${left - 4}" y="${top - 5}" text-anchor="end">true</text></svg></div><p class="faint" style="margin-top:8px">Blue is right, rust is wrong (root scale), as shares of the true class; grey rows have no images. Point at a cell for its count.</p>`
}

/** Beginning and end of a long name. */
function shortened(name: string): string {
  const characters = Array.from(new Intl.Segmenter('en').segment(name), ({ segment }) => segment)
  if (characters.length <= MOST_CHARACTERS) return name
  return `${characters.slice(0, MOST_CHARACTERS - 5).join('')}…${characters.slice(-4).join('')}`
}
