import { countText, percentText } from '../plot/number-text.ts'
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

/** Rows are true classes; each cell says its count when pointed at. */
function matrix(confusion: readonly number[], classes: readonly string[]): Markup {
  const count = classes.length
  const cells: Markup[] = []
  for (let row = 0; row < count; row++) {
    const support = confusion.slice(row * count, (row + 1) * count).reduce((sum, value) => sum + value, 0)
    for (let column = 0; column < count; column++) {
      const value = confusion[row * count + column] ?? 0
      const share = support === 0 ? 0 : value / support
      const strength = row === column ? 15 + 85 * share : 22 + 78 * Math.sqrt(share)
      const color = `color-mix(in srgb,var(${row === column ? '--blue' : '--wrong'}) ${strength.toFixed(0)}%,var(--card))`
      cells.push(
        value === 0
          ? html`<i></i>`
          : html`<i style="background:${color}" title="${classes[row] ?? ''} → ${classes[column] ?? ''}: ${value} of ${support}"></i>`,
      )
    }
  }
  return html`<div class="matrix" role="img" aria-label="Confusion matrix: rows are true, columns predicted classes" style="grid-template-columns:repeat(${count},1fr);aspect-ratio:1">${cells}</div><p class="faint" style="margin-top:8px">Rows are true classes, columns predicted ones, in the order of the table below. Blue is right, rust is wrong (root scale).</p>`
}
