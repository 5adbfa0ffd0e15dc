import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { identityDifferences, type RunIdentity } from '../train/run-identity.ts'
import { identityIn } from './identity-in.ts'

/**
 * Whether a process has begun with this very plan in `directory`: a run that was killed before its first checkpoint begins
 * again from its first step, and is the same run to the experiment loggers all the same.
 */
export async function beganBefore(directory: string, now: RunIdentity): Promise<boolean> {
  const [planFile, metricsFile] = [join(directory, 'plan.json'), join(directory, 'metrics.jsonl')]
  if (!existsSync(planFile) || !existsSync(metricsFile)) return false
  try {
    return identityDifferences(await identityIn(planFile), now).length === 0
  } catch {
    // A torn file: the process was killed while it wrote it.
    return false
  }
}
