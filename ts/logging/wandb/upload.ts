import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WandbAccount } from './account.ts'
import type { CoreMessage } from './core-messages.ts'
import { type CoreProcess, startCore } from './core-process.ts'
import { mergeLogs } from './merged-log.ts'
import type { RunIdentity } from './record.ts'
import { logPath, runFolders, uploadedMark } from './resume-point.ts'
import { serverRows } from './server-rows.ts'

export interface UploadRequest {
  /** Path of `wandb-core`. */
  readonly core: string
  readonly account: WandbAccount & { readonly key: string }
  /** Folder `wandb/` of the runs. */
  readonly root: string
  readonly run: Pick<RunIdentity, 'id' | 'project' | 'entity'>
  /** Which folders of the run; all of them where it is left out. */
  readonly folders?: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  onMessage(message: CoreMessage): void
  /** Called with the child, for those who cannot wait for its end. */
  onStart?(core: CoreProcess): void
}

export interface Uploaded {
  /** Rows of the run on this machine. */
  readonly rows: number
  /** Rows that the server did not have. */
  readonly sent: number
}

/**
 * Brings all that the server has not to the server: rows once, and files, artifacts, console lines and the end of the run
 * again. @throws Error where something stays behind
 */
export async function uploadRun(request: UploadRequest): Promise<Uploaded> {
  const { account, root, run } = request
  const folders = request.folders ?? runFolders(root, run.id)
  const asked = { baseUrl: account.baseUrl, key: account.key, ...run }
  const before = await serverRows(asked)
  const merged = mergeLogs(folders, run.id, before, join(root, `upload-${run.id}`))
  const errors: string[] = []
  try {
    const core = await startCore(request.core, request.environment)
    request.onStart?.(core)
    try {
      const files = [logPath(merged.folder, run.id)]
      await core.sync({ files, live: false, baseUrl: account.baseUrl, key: account.key, root }, (message) => {
        if (message.isError) errors.push(message.text)
        request.onMessage(message)
      })
    } finally {
      core.stop()
    }
  } finally {
    merged.remove()
  }
  const after = await serverRows(asked)
  if (errors.length > 0) throw new Error(errors[0])
  if (after < merged.rows)
    throw new Error(`${account.baseUrl} has ${after} of ${merged.rows} rows of run ${run.id}`)
  for (const folder of folders) markUploaded(folder, run.id)
  return { rows: merged.rows, sent: Math.max(0, merged.rows - before) }
}

/** As W&B's own client marks a folder that it is done with. */
export function markUploaded(folder: string, id: string): void {
  writeFileSync(uploadedMark(folder, id), '')
}
