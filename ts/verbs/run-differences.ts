import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readRows } from '../logging/metrics-file.ts'
import { CheckpointStore } from '../train/checkpoint-store.ts'
import type { RunState } from '../train/run-state.ts'
import type { Summary } from '../train/summary.ts'

/** In which results the finished runs of two folders differ, clocks and machine loads aside; none where they are the same run. */
export async function runDifferences(expected: string, found: string): Promise<string[]> {
  const differences: string[] = []
  const compare = (what: string, a: unknown, b: unknown): void => {
    if (!isDeepStrictEqual(a, b)) differences.push(`${what}: ${shown(a)} and ${shown(b)}`)
  }
  const [one, other] = await Promise.all([summaryOf(expected), summaryOf(found)])
  for (const key of [
    'status',
    'epochs',
    'steps',
    'weights_sha256',
    'ema_sha256',
    'final',
    'test',
    'best',
  ] as const)
    compare(`summary.json ${key}`, one[key], other[key])
  const [rows, otherRows] = [timelessRows(expected), timelessRows(found)]
  compare('metrics.jsonl, its number of rows', rows.length, otherRows.length)
  const row = rows.findIndex((each, index) => !isDeepStrictEqual(each, otherRows[index]))
  if (row >= 0) compare(`metrics.jsonl, row ${row + 1}`, rows[row], otherRows[row])
  compare('history', await historyOf(expected), await historyOf(found))
  return differences
}

/** The rows of a run's `metrics.jsonl` without what a clock or the load of the machine decides. */
export function timelessRows(run: string): Record<string, number | null>[] {
  return readRows(join(run, 'metrics.jsonl')).map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => name !== 'time' && !/^(device|process|throughput)\//.test(name)),
    ),
  )
}

async function summaryOf(run: string): Promise<Summary> {
  return JSON.parse(await readFile(join(run, 'summary.json'), 'utf8')) as Summary
}

async function historyOf(run: string): Promise<RunState['history'] | undefined> {
  const last = await new CheckpointStore(run).follow('last')
  if (last === undefined) return undefined
  const file = JSON.parse(await readFile(join(last, 'state.json'), 'utf8')) as { state: RunState }
  return file.state.history
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
