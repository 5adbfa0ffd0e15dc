import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetSummary } from '../native/spec.d.ts'
import type { ModelSource } from './model-source.ts'

/** What `plan.json` says of the data that a checkpoint was trained on. */
export interface PlanFacts {
  readonly root: string
  readonly exifTranspose: boolean
}

/** Reads the run's `plan.json`; undefined for a checkpoint outside a run folder. */
export async function planFacts(
  source: Extract<ModelSource, { kind: 'checkpoint' }>,
): Promise<PlanFacts | undefined> {
  if (source.run === undefined) return undefined
  const file = JSON.parse(await readFile(join(source.run, 'plan.json'), 'utf8')) as {
    data: DatasetSummary
    dataset_spec?: { exif_transpose: boolean }
  }
  return { root: file.data.root, exifTranspose: file.dataset_spec?.exif_transpose ?? false }
}
