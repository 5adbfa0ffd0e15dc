import { countText, lossText, percentText } from '../plot/number-text.ts'
import { html, type Markup } from './html.ts'
import type { ReportEvaluation, RunFacts } from './report-data.ts'

const SPLITS = { val: 'validation', test: 'test' } as const

/** The split that a report speaks of: the test where there was one. */
export function primaryEvaluation(facts: RunFacts): ReportEvaluation | undefined {
  return facts.evaluations.find(({ split }) => split === 'test') ?? facts.evaluations[0]
}

/** What the run is and how good the model is, in one glance. */
export function headline(facts: RunFacts): Markup {
  const { plan, name } = facts
  const evaluation = primaryEvaluation(facts)
  const epochs = Math.max(0, ...Object.values(facts.curves).map((curve) => (curve.at(-1)?.[0] ?? -1) + 1))
  const about = [
    plan.plan.model.architecture,
    `${countText(plan.data.classes.length)} classes`,
    `${epochs} of ${plan.plan.train.max_epochs} epochs`,
    plan.device,
    plan.precision === '32' ? 'float32' : plan.precision,
  ]
  const intro = html`<h1><bdi>${name}</bdi></h1><p class="soft">${about.join(' · ')}</p>`
  if (evaluation === undefined) return html`${intro}<p>Nothing was evaluated yet.</p>`
  const { metrics, intervals } = evaluation
  const tile = (title: string, metric: string, format: (value: number) => string, note = ''): Markup => {
    const value = metrics[metric]
    if (value === undefined) return html``
    const interval = intervals[metric]
    const range = interval === undefined ? note : `${format(interval[0])} – ${format(interval[1])}`
    return html`<div class="tile"><span>${title}</span><b>${format(value)}</b><span>${range}</span></div>`
  }
  const share = (value: number): string => percentText(value, 1)
  const other = facts.evaluations.find((candidate) => candidate !== evaluation)
  const otherAccuracy = other?.metrics.acc_top1
  const note =
    other === undefined || otherAccuracy === undefined
      ? ''
      : ` On the ${SPLITS[other.split]} split, by which the epoch was chosen, top-1 was ${share(otherAccuracy)}.`
  return html`${intro}<div class="tiles">${tile('Top-1 accuracy', 'acc_top1', share)}${plan.data.classes.length > 5 ? tile('Top-5 accuracy', 'acc_top5', share) : ''}${tile('Macro F1', 'f1_macro', share)}${tile('Log loss', 'nll', lossText)}${tile('Calibration error', 'ece', share, 'expected, in 15 bins')}</div><p class="soft" style="margin-top:12px">${countText(evaluation.images)} ${SPLITS[evaluation.split]} images, weights of epoch ${evaluation.epoch}. Ranges are 95 % bootstrap intervals of ${countText(evaluation.resamples)} resamples.${note}</p>`
}
