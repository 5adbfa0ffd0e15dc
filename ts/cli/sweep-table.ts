import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobOutcome } from '../config/launcher.ts'
import type { SweepReport } from '../config/run/job.ts'
import { plainTable } from '../text/plain-table.ts'
import type { Summary } from '../train/summary.ts'
import { clock, compact, percent } from './number-format.ts'

/** A job of a sweep with what its run folder says of it. */
interface Row {
  readonly outcome: JobOutcome
  readonly summary: Summary | undefined
  /** The monitored metric's best, or its last value where no checkpoint watched it. */
  readonly score: number | undefined
  /** Of the score; counted from 0, as in every file. */
  readonly epoch: number | undefined
}

/** The jobs best first by the monitored metric, failed ones last. */
function ranked(outcomes: readonly JobOutcome[]): { monitor: string; rows: Row[] } {
  const found = outcomes.map((outcome) => ({ outcome, summary: summaryOf(outcome.outputDir) }))
  const monitor = found.find(({ summary }) => summary?.best)?.summary?.best?.monitor ?? 'val/acc_top1'
  const rows = found.map(({ outcome, summary }): Row => {
    const best = summary?.best
    const last = summary?.final?.[monitor]
    if (best) return { outcome, summary, score: best.value, epoch: best.epoch }
    return {
      outcome,
      summary,
      score: last,
      epoch: last === undefined ? undefined : Math.max(0, (summary?.epochs ?? 1) - 1),
    }
  })
  const sign = /loss|nll|ece/.test(monitor) ? 1 : -1
  rows.sort((a, b) => sign * ((a.score ?? sign * Infinity) - (b.score ?? sign * Infinity)))
  return { monitor, rows }
}

/** What a sweep came to, as one line of JSON: `{"directory","monitor","jobs":[…]}`, best job first. */
export function sweepJson({ directory, outcomes }: SweepReport): string {
  const { monitor, rows } = ranked(outcomes)
  const jobs = rows.map(({ outcome, summary, score, epoch }) => ({
    job: outcome.job.number,
    overrides: outcome.job.overrides,
    directory: outcome.outputDir ?? null,
    status: outcome.status === 'completed' ? (summary?.status ?? outcome.status) : outcome.status,
    exit_code: outcome.exitCode ?? null,
    score: score ?? null,
    epoch: epoch ?? null,
    metrics: summary?.final ?? {},
    seconds: summary?.timing?.total_s ?? null,
  }))
  return `${JSON.stringify({ directory, monitor, jobs })}\n`
}

/** The jobs of a sweep, best first by the monitored metric, failed ones last, with the words in which they differ. */
export function sweepTable({ outcomes }: SweepReport): string {
  const { monitor, rows } = ranked(outcomes)
  const common = (word: string): boolean => outcomes.every(({ job }) => job.overrides.includes(word))
  const share = /acc|f1|auroc/.test(monitor)
  const table = plainTable(
    ['job', monitor, 'epoch', 'time', 'status', 'overrides'],
    rows.map(({ outcome, summary, score, epoch }) => [
      `#${outcome.job.number}`,
      score === undefined ? '–' : share ? percent(score) : compact(score),
      epoch ?? '–',
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
