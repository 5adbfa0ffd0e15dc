import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newestCommit } from '../store/commit.ts'
import { openStore } from '../store/open-store.ts'
import { persistently } from '../store/persistence.ts'

/** What a run folder in a bucket says about its run. */
export interface RemoteResult {
  /** How the last process ended; null while one runs, or where one was cut off. */
  readonly exitCode: number | null
}

/** What of a run is copied beside the sweep's own files. */
const gathered = ['summary.json', 'metrics.csv']

/** Looks at a run folder in a bucket and copies its results to `folder`; undefined where no run has saved anything yet. */
export async function remoteResult(runFolder: string, folder: string): Promise<RemoteResult | undefined> {
  const store = openStore(runFolder)
  return persistently(async () => {
    const newest = await newestCommit(store)
    if (!newest) return undefined
    await mkdir(folder, { recursive: true })
    for (const { path, object } of newest.commit.files) {
      if (!gathered.includes(path)) continue
      const bytes = await store.read(object)
      if (bytes) await writeFile(join(folder, path), bytes)
    }
    return { exitCode: newest.commit.exit_code }
  })
}
