import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { planDifferences } from '../train/plan-difference.ts'
import type { Summary } from '../train/summary.ts'

/**
 * The summary of a run in `directory` that ended by itself under this very plan; undefined where there is more to do. A
 * completed run of another plan is a ConfigError that lists the keys.
 */
export async function finishedSummary(directory: string, plan: unknown): Promise<Summary | undefined> {
  const [summaryFile, planFile] = [join(directory, 'summary.json'), join(directory, 'plan.json')]
  if (!existsSync(summaryFile) || !existsSync(planFile)) return undefined
  const summary = JSON.parse(await readFile(summaryFile, 'utf8')) as Summary
  if (summary.status !== 'completed' && summary.status !== 'stopped') return undefined
  const before = JSON.parse(await readFile(planFile, 'utf8')) as { plan: unknown }
  const differences = planDifferences(before.plan, plan)
  if (differences.length > 0)
    throw new ConfigError(
      differences.map(({ key, before: was, now }) => ({
        key,
        message: `the run was completed with ${JSON.stringify(was)}, now ${JSON.stringify(now)}`,
      })),
      {
        hint: `${directory} holds a completed run: choose another hydra.run.dir, or set resume=never to begin again here`,
      },
    )
  return epochsOf(plan) > epochsOf(before.plan) ? undefined : summary
}

/** A completed run may go on for more epochs where its schedule does not depend on their number. */
function epochsOf(plan: unknown): number {
  return (plan as { train: { max_epochs: number } }).train.max_epochs
}
