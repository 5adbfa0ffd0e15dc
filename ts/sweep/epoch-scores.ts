import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A metric after each whole epoch, from a run's `metrics.jsonl`; a torn last line is left out. */
export function epochScores(runDirectory: string, metric: string): Map<number, number> {
  const file = join(runDirectory, 'metrics.jsonl')
  const scores = new Map<number, number>()
  if (!existsSync(file)) return scores
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.endsWith('}')) continue
    const row = JSON.parse(line) as Record<string, number | null>
    const epoch = row.epoch
    if (typeof epoch === 'number' && metric in row) scores.set(epoch + 1, row[metric] ?? Number.NaN)
  }
  return scores
}
