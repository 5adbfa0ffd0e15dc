import { html, type Markup } from '../report/html.ts'
import { page } from '../report/run-report.ts'
import { type Comparison, differenceText } from './compare-runs.ts'
import { type ComparedMetric, comparedMetrics, valueText } from './comparison-metrics.ts'

const SPLITS = { val: 'validation', test: 'test' } as const

/** A comparison as one offline HTML file. */
export function comparisonPage(comparison: Comparison): string {
  const { runs, differences, cautions, split } = comparison
  const names = runs.map(({ name }) => html`<th><bdi>${name}</bdi></th>`)
  const rows = comparedMetrics.map(
    (metric) => html`<tr><th>${metric.title}</th>${metricCells(comparison, metric)}</tr>`,
  )
  const against = runs.flatMap(({ name, against: difference }) =>
    difference === undefined
      ? []
      : [
          html`<li><bdi>${name}</bdi> against <bdi>${runs[0]?.name ?? ''}</bdi>: ${differenceText(difference)}</li>`,
        ],
  )
  const keys = differences.map(
    ({ key, values }) =>
      html`<tr><td>${breakable(key)}</td>${values.map((value) => html`<td>${valueText(value)}</td>`)}</tr>`,
  )
  const plans =
    keys.length === 0
      ? html`<p>The plans are the same.</p>`
      : html`<div class="scroll"><table><thead><tr><th>Key</th>${names}</tr></thead><tbody>${keys}</tbody></table></div>`
  const body = html`<h1>${runs.length} runs compared</h1><p class="soft">On the ${SPLITS[split]} split. Ranges are 95 % bootstrap intervals; the best value of a row is in bold.</p>${cautions.map((line) => html`<p class="wrong">${line}</p>`)}<div class="scroll"><table><thead><tr><th></th>${names}</tr></thead><tbody>${rows}</tbody></table></div>${
    against.length === 0
      ? ''
      : html`<h2>Is it more than chance?</h2><p class="soft">Image by image, by McNemar's exact test: p is how often two equally good models would differ by so much.</p><ul>${against}</ul>`
  }<h2>What was different</h2>${plans}`
  return page('Comparison', body)
}

function metricCells({ runs }: Comparison, { name, format, better }: ComparedMetric): Markup[] {
  const values = runs.flatMap(({ evaluation }) => evaluation?.metrics[name] ?? [])
  const best = better === 'max' ? Math.max(...values) : Math.min(...values)
  return runs.map(({ evaluation }) => {
    const value = evaluation?.metrics[name]
    if (value === undefined) return html`<td class="faint">–</td>`
    const interval = evaluation?.intervals[name]
    const shown = value === best && runs.length > 1 ? html`<b>${format(value)}</b>` : format(value)
    const range =
      interval === undefined
        ? ''
        : html`<br><span class="faint range">${format(interval[0])} – ${format(interval[1])}</span>`
    return html`<td>${shown}${range}</td>`
  })
}

/** A dotted key that may break after its dots. */
function breakable(key: string): Markup[] {
  return key.split('.').map((part, index) => (index === 0 ? html`${part}` : html`.<wbr>${part}`))
}
