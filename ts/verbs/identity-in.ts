import { readFile } from 'node:fs/promises'
import type { DatasetSummary } from '../native/spec.d.ts'
import { type RunIdentity, trainingData } from '../train/run-identity.ts'

/** What a `plan.json` says of its run. A torn file throws. */
export async function identityIn(planFile: string): Promise<RunIdentity> {
  const { plan, data } = JSON.parse(await readFile(planFile, 'utf8')) as {
    plan: unknown
    data?: DatasetSummary
  }
  return { plan, data: data && trainingData(data) }
}
