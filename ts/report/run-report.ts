import { createHash } from 'node:crypto'
import { percentText, shortNumber } from '../plot/number-text.ts'
import { classTable } from './class-table.ts'
import { confusionSection } from './confusion-section.ts'
import { dataSection } from './data-section.ts'
import { headline, primaryEvaluation } from './headline.ts'
import { html, Markup } from './html.ts'
import { lineChart } from './line-chart.ts'
import { reliabilityChart } from './reliability-chart.ts'
import type { Curves, ReportEvaluation, RunFacts } from './report-data.ts'
import { sortScript } from './sort-script.ts'
import { style } from './style.ts'

/** A run as one HTML file that needs no network and runs no code but its own sorting, whatever classes are called. */
export function runReport(facts: RunFacts): string {
  const evaluation = primaryEvaluation(facts)
  const body = html`${headline(facts)}${curvesSection(facts.curves)}${
    evaluation === undefined
      ? ''
      : html`${confusionSection(evaluation)}${topLosses(evaluation)}${heatMaps(evaluation)}${classTable(evaluation)}${reliabilitySection(evaluation)}`
  }${dataSection(facts.plan)}${reproduceSection(facts)}`
  return page(facts.name, body)
}

/** A whole page around `body`. */
export function page(title: string, body: Markup): string {
  const hash = createHash('sha256').update(sortScript).digest('base64')
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><title>${title}</title>
<style>${new Markup(style)}</style></head>
<body><main>${body}</main><script>${new Markup(sortScript)}</script></body></html>
`
  return document.text
}

function curvesSection(curves: Curves): Markup {
  const of = (...names: string[]) =>
    names.map((name) => curves[name]).find((curve) => curve !== undefined) ?? []
  const rate = Object.keys(curves).find((name) => /^lr-[^/-]+$/.test(name))
  const percent = (value: number): string => percentText(value).replace('.0 %', ' %')
  const charts = [
    lineChart({
      title: 'Loss',
      lines: [
        { name: 'train', color: '--slate', thin: true, points: of('train/loss_epoch', 'train/loss') },
        { name: 'val', color: '--blue', points: of('val/loss') },
      ],
      format: shortNumber,
      bounds: { low: 0, nearLow: 0.5 },
      mayBeLog: true,
    }),
    lineChart({
      title: 'Accuracy',
      lines: [
        { name: 'train', color: '--slate', thin: true, points: of('train/acc_top1') },
        { name: 'val', color: '--blue', points: of('val/acc_top1') },
      ],
      format: percentText,
      tickFormat: percent,
      bounds: { low: 0, high: 1, nearLow: 0.5 },
    }),
    lineChart({
      title: 'Learning rate',
      lines: [{ name: '', color: '--plum', points: rate === undefined ? [] : of(rate) }],
      format: shortNumber,
      bounds: { low: 0 },
    }),
  ]
  return html`<h2>Training</h2><div class="grid">${charts}</div>`
}

function reliabilitySection({ bins, metrics }: ReportEvaluation): Markup {
  const error =
    metrics.ece === undefined ? '' : ` The expected calibration error is ${percentText(metrics.ece)}.`
  return html`<h2>Reliability</h2><div class="beside">${reliabilityChart(bins)}<div><p class="soft">How often the model is right where it is so sure, against how often it should be (dashed). Below, how many images it was so sure of.${error}</p><ul class="key"><li><i style="background:var(--blue)"></i>right</li><li><i style="background:var(--gap);outline-color:var(--wrong)"></i>too sure: wrong more often than it claims</li><li><i style="background:var(--spare);outline-color:var(--blue)"></i>not sure enough: right more often than it claims</li></ul></div></div>`
}

function topLosses({ classes, top_losses: images }: ReportEvaluation): Markup {
  if (images.length === 0) return html``
  const figures = images.map(
    (entry) =>
      html`<figure>${picture(entry.image, entry.path, entry)}${verdict(entry, classes, entry.loss)}</figure>`,
  )
  return html`<h2>Highest losses</h2><p class="soft">The images whose true class the model found least likely, the worst first: what it answered and how sure it was, the true class and the loss.</p><div class="pictures">${figures}</div>`
}

function heatMaps({ classes, heat_maps: images }: ReportEvaluation): Markup {
  if (images.length === 0) return html``
  const figures = images.map(
    (entry) =>
      html`<figure><div class="pair">${picture(entry.image, entry.path, entry)}${picture(entry.overlay, `What spoke for it in ${entry.path}`, entry)}</div>${verdict(entry, classes)}</figure>`,
  )
  return html`<h2>What the model looks at</h2><p class="soft">Each image as the model sees it, and where the evidence for the class that it predicts lies (Grad-CAM): the brighter, the more.</p><div class="pictures wide">${figures}</div>`
}

type Verdict = Pick<ReportEvaluation['top_losses'][number], 'trueClass' | 'predictedClass' | 'confidence'>

function picture(source: string, text: string, { trueClass, predictedClass }: Verdict): Markup {
  const right = trueClass === predictedClass
  return html`<img src="${source}" alt="${text}" title="${text}"${right ? html` class="right"` : ''}>`
}

function verdict(entry: Verdict, classes: readonly string[], loss?: number): Markup {
  const name = (index: number): Markup => html`<bdi>${classes[index] ?? index}</bdi>`
  const right = entry.trueClass === entry.predictedClass
  return html`<figcaption><div><b class="${right ? '' : 'wrong'}">${name(entry.predictedClass)}</b><span class="soft">${percentText(entry.confidence, 0)}</span></div><div class="soft"><span class="faint">true</span>${name(entry.trueClass)}${loss === undefined ? '' : html`<span class="faint end">${loss.toFixed(2)}</span>`}</div></figcaption>`
}

function reproduceSection({ plan, overrides }: RunFacts): Markup {
  const command = ['bun run train', ...overrides.map(shellWord)].join(overrides.length > 2 ? ' \\\n  ' : ' ')
  const versions = Object.entries(plan.versions).map(
    ([name, version]) => html`<dt>${name}</dt><dd>${version}</dd>`,
  )
  return html`<h2>How to do it again</h2><pre class="wrap">${command}</pre><dl style="margin-top:16px">${versions}<dt>data set</dt><dd>${plan.data.fingerprint}</dd></dl><details><summary>The plan that ran</summary><pre>${JSON.stringify(plan.plan, null, 2)}</pre></details>`
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
