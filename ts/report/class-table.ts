import { classAverages } from '../metrics/classification.ts'
import { countText, percentText } from '../plot/number-text.ts'
import { html, type Markup } from './html.ts'
import type { ReportEvaluation } from './report-data.ts'

const COLUMNS = ['Images', 'Predicted', 'Recall', 'Precision', 'F1', 'AUROC']

/** One row a class; press a heading to sort. A class without images has no recall. */
export function classTable({ classes, images, per_class: reports }: ReportEvaluation): Markup {
  const rows = reports.map((report, index) => {
    const { support, predicted } = report
    const share = (value: number | null, defined: boolean): Markup =>
      value === null || !defined
        ? html`<td class="num faint" data-value="">–</td>`
        : html`<td class="num" data-value="${value}">${percentText(value)}</td>`
    return html`<tr><td><bdi>${classes[index] ?? index}</bdi><span class="bar"><i style="width:${(support === 0 ? 0 : report.recall * 100).toFixed(1)}%"></i></span></td><td class="num" data-value="${support}">${countText(support)}</td><td class="num" data-value="${predicted}">${countText(predicted)}</td>${share(report.recall, support > 0)}${share(report.precision, predicted > 0)}${share(report.f1, support + predicted > 0)}${share(report.auroc, true)}</tr>`
  })
  const headings = COLUMNS.map((title) => html`<th class="num"><button type="button">${title}</button></th>`)
  return html`<h2>By class</h2><div class="scroll tall"><table><thead><tr><th><button type="button">Class</button></th>${headings}</tr></thead><tbody>${rows}</tbody><tfoot>${averages(reports, images)}</tfoot></table></div>`
}

/** All classes alike, and each by its images; they stay below however the rest is sorted. */
function averages(reports: ReportEvaluation['per_class'], images: number): Markup[] {
  const { macro, weighted } = classAverages(reports)
  return (
    [
      ['Macro average', macro],
      ['Weighted by images', weighted],
    ] as const
  ).map(
    ([name, { recall, precision, f1 }]) =>
      html`<tr><td>${name}</td><td class="num">${countText(images)}</td><td></td><td class="num">${percentText(recall)}</td><td class="num">${percentText(precision)}</td><td class="num">${percentText(f1)}</td><td></td></tr>`,
  )
}
