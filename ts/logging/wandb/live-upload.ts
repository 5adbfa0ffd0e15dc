import { rmSync, writeFileSync } from 'node:fs'
import { within } from '../guarded-sink.ts'
import type { WandbAccount } from './account.ts'
import type { CoreMessage } from './core-messages.ts'
import { type CoreProcess, startCore } from './core-process.ts'
import { findWandbCore } from './find-core.ts'
import type { RunIdentity } from './record.ts'
import { isUploaded, liveMark, logPath, runFolders, uploadedMark } from './resume-point.ts'
import { serverRows } from './server-rows.ts'
import { markUploaded, uploadRun } from './upload.ts'

/** Milliseconds that the end of a run waits for the rest. */
export interface LiveDeadlines {
  readonly usual: number
  /** An interrupted run must be gone soon. */
  readonly interrupted: number
  /** Nobody answered when the run ended. */
  readonly away: number
}

export const liveDeadlines: LiveDeadlines = { usual: 60_000, interrupted: 10_000, away: 3000 }

export interface LiveRequest {
  readonly account: WandbAccount & { readonly key: string }
  readonly root: string
  readonly run: RunIdentity
  /** The folder that is being written. */
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  readonly deadlines: LiveDeadlines
  /** The run's page, once the server has it. */
  onPage(address: string): void
  /** Why there is no upload, or no longer one; said once. */
  onOffline(reason: string): void
}

export interface LiveUpload {
  /** Waits, within a deadline, until the log with its exit is uploaded; answers whether it is. */
  finish(interrupted: boolean): Promise<boolean>
}

/**
 * Has `wandb-core` follow the log while it is written. The uploader is a child of its own that nobody waits for: what it
 * does not bring to the server stands in the log.
 */
export function liveUpload(request: LiveRequest): LiveUpload {
  const { account, root, run, folder, environment } = request
  let core: CoreProcess | undefined
  let stopped = false
  let said = false
  const offline = (error: unknown): false => {
    if (!said && !stopped) request.onOffline(error instanceof Error ? error.message : String(error))
    said = true
    return false
  }
  const keep = (started: CoreProcess): void => {
    core = started
    if (stopped) started.stop()
  }
  const errors: string[] = []
  const listen = ({ isError, text }: CoreMessage): void => {
    const [, page] = /View run .* at (https?:\S+)/.exec(text) ?? []
    if (page !== undefined) request.onPage(page)
    if (isError) errors.push(text)
  }
  const work = async (): Promise<boolean> => {
    const binary = await findWandbCore(environment)
    if (binary === undefined) return offline(new Error('wandb-core is not installed (pip install wandb)'))
    const earlier = runFolders(root, run.id).filter((each) => each !== folder)
    if (earlier.some((each) => !isUploaded(each, run.id)))
      await uploadRun({
        core: binary,
        account,
        root,
        run,
        folders: earlier,
        environment,
        onMessage: () => {},
        onStart: keep,
      })
    if (stopped) return false
    writeFileSync(liveMark(folder, run.id), '')
    const started = await startCore(binary, environment)
    keep(started)
    const files = [logPath(folder, run.id)]
    await started.sync({ files, live: true, baseUrl: account.baseUrl, key: account.key, root }, listen)
    started.stop()
    if (errors.length > 0) return offline(new Error(errors[0]))
    markUploaded(folder, run.id)
    return true
  }
  const working = work().catch(offline)
  return {
    async finish(interrupted) {
      const { deadlines } = request
      const answers = said || (await isAnswering(request))
      const most = interrupted ? deadlines.interrupted : deadlines.usual
      let uploaded = false
      const end = working.then((done) => {
        uploaded = done
      })
      await within(end, answers ? most : Math.min(most, deadlines.away))
      stopped = true
      core?.stop()
      // The uploader marks a log that it has read, whether or not all of it arrived.
      if (!uploaded) rmSync(uploadedMark(folder, run.id), { force: true })
      return uploaded
    },
  }
}

async function isAnswering({ account, run, deadlines }: LiveRequest): Promise<boolean> {
  let rows: number | undefined
  const asking = serverRows({ baseUrl: account.baseUrl, key: account.key, ...run }).then(
    (count) => {
      rows = count
    },
    () => {},
  )
  await within(asking, deadlines.away)
  return rows !== undefined
}
