import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobOutcome } from '../config/launcher.ts'
import type { SweepReport } from '../config/run/job.ts'
import { plainTable } from '../text/plain-table.ts'
import type { Summary } from '../train/summary.ts'
import { clock, compact, percent } from './number-format.ts'

/** The jobs of a sweep, best first by the monitored metric, failed ones last, with the words in which they differ. */
export function sweepTable({ outcomes }: SweepReport): string {
  const rows = outcomes.map((outcome) => {
    const summary = summaryOf(outcome.outputDir)
    return { outcome, summary, score: summary?.best?.value }
  })
  const monitor = rows.find(({ summary }) => summary?.best)?.summary?.best?.monitor
  const sign = monitor !== undefined && /loss|nll|ece/.test(monitor) ? 1 : -1
  rows.sort((a, b) => sign * ((a.score ?? sign * Infinity) - (b.score ?? sign * Infinity)))
  const common = (word: string): boolean => outcomes.every(({ job }) => job.overrides.includes(word))
  const share = monitor !== undefined && /acc|f1|auroc/.test(monitor)
  const table = plainTable(
    ['job', monitor ?? 'score', 'epoch', 'time', 'status', 'overrides'],
    rows.map(({ outcome, summary, score }) => [
      `#${outcome.job.number}`,
      score === undefined ? '–' : share ? percent(score) : compact(score),
      summary?.best ? summary.best.epoch + 1 : '–',
      summary?.timing ? clock(summary.timing.total_s) : '–',
      statusOf(outcome, summary),
      outcome.job.overrides.filter((word) => !common(word)).join(' '),
    ]),
  )
  return `${table}\n`
}

function statusOf({ status, exitCode }: JobOutcome, summary: Summary | undefined): string {
  if (status === 'failed') return `failed (${exitCode})`
  return status === 'completed' ? (summary?.status ?? 'completed') : status
}

function summaryOf(directory: string | undefined): Summary | undefined {
  const file = directory === undefined ? undefined : join(directory, 'summary.json')
  if (file === undefined || !existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')) as Summary
}
