import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { planDifferences } from '../train/plan-difference.ts'

/**
 * Whether a process has begun with this very plan in `directory`: a run that was killed before its first checkpoint begins
 * again from its first step, and is the same run to the experiment loggers all the same.
 */
export async function beganBefore(directory: string, plan: unknown): Promise<boolean> {
  const [planFile, metricsFile] = [join(directory, 'plan.json'), join(directory, 'metrics.jsonl')]
  if (!existsSync(planFile) || !existsSync(metricsFile)) return false
  try {
    const before = JSON.parse(await readFile(planFile, 'utf8')) as { plan: unknown }
    return planDifferences(before.plan, plan).length === 0
  } catch {
    // A torn file: the process was killed while it wrote it.
    return false
  }
}
