import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { thisMachine } from '../native/machine.ts'
import { isRemote } from '../store/open-store.ts'

/** Where this machine works on the runs of buckets; beside the rest of the cache unless it is set. */
export const STAGES_VARIABLE = 'CLASSIFIER_TRAINING_STAGES'

/** The local folder in which a run of a bucket is worked on; undefined for a run folder that is a plain one. */
export function stageOf(location: string): string | undefined {
  if (!isRemote(location)) return undefined
  const stages = process.env[STAGES_VARIABLE] ?? join(thisMachine().cache, 'stages')
  const name = location.replace(/\/+$/, '').split('/').at(-1) ?? 'run'
  const hash = createHash('sha256').update(location).digest('hex').slice(0, 16)
  return join(stages, `${name.replace(/[^\w.-]/g, '_')}-${hash}`)
}
