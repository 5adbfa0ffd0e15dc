import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { identityDifferences, type RunIdentity } from '../train/run-identity.ts'
import type { Summary } from '../train/summary.ts'
import { identityIn } from './identity-in.ts'

/**
 * The summary of a run in `directory` that ended by itself under this very plan; undefined where there is more to do. A
 * completed run of another plan is a ConfigError that lists the keys.
 */
export async function finishedSummary(directory: string, now: RunIdentity): Promise<Summary | undefined> {
  const [summaryFile, planFile] = [join(directory, 'summary.json'), join(directory, 'plan.json')]
  if (!existsSync(summaryFile) || !existsSync(planFile)) return undefined
  const summary = JSON.parse(await readFile(summaryFile, 'utf8')) as Summary
  if (summary.status !== 'completed' && summary.status !== 'stopped') return undefined
  const before = await identityIn(planFile)
  const differences = identityDifferences(before, now)
  if (differences.length > 0)
    throw new ConfigError(
      differences.map(({ key, before: was, now: is }) => ({
        key,
        message: `the run was completed with ${JSON.stringify(was)}, now ${JSON.stringify(is)}`,
      })),
      {
        hint: `${directory} holds a completed run: choose another hydra.run.dir, or set resume=never to begin again here`,
      },
    )
  return epochsOf(now.plan) > epochsOf(before.plan) ? undefined : summary
}

/** A completed run may go on for more epochs where its schedule does not depend on their number. */
function epochsOf(plan: unknown): number {
  return (plan as { train: { max_epochs: number } }).train.max_epochs
}
