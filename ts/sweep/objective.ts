import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a sweep is after. */
export interface Objective {
  readonly metric: string
  readonly mode: 'min' | 'max'
}

/** Which way a metric is good, by its name. */
export function modeOf(metric: string): 'min' | 'max' {
  return /loss|nll|ece|error/.test(metric) ? 'min' : 'max'
}

interface Summary {
  readonly best?: { readonly monitor: string; readonly value: number } | null
  readonly final?: Readonly<Record<string, number>>
}

/** What a run achieved by its `summary.json`: its best checkpoint's value, or the metric's last one. */
export function achieved(runDirectory: string, metric: string): number | undefined {
  const file = join(runDirectory, 'summary.json')
  if (!existsSync(file)) return undefined
  const { best, final } = JSON.parse(readFileSync(file, 'utf8')) as Summary
  return best?.monitor === metric ? best.value : final?.[metric]
}
