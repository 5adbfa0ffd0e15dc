import { join } from 'node:path'
import type { Logger } from '../logging/logger.ts'
import type { Commit } from './commit.ts'
import type { ObjectStore } from './object-store.ts'
import { type Pause, persistently } from './persistence.ts'
import { pullRun } from './pull-run.ts'
import { RunPusher } from './push-run.ts'

export interface MirrorOptions {
  readonly store: ObjectStore
  /** The run folder on the local disk. */
  readonly stage: string
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly pause?: Pause | undefined
}

/** Keeps a run that lies in a bucket: it trains in a local folder, whose states are copied there one after another. */
export interface RunMirror {
  readonly url: string
  /** Says that the stage has a new state worth keeping; copies it in the background. */
  changed(): void
  /** Waits until what was said to have changed is copied, or has failed. */
  flush(): Promise<void>
  /** Copies the last state and how the run ended. False where that failed, which the log explains. */
  close(exitCode: number): Promise<boolean>
}

/** Brings the stage up to date and opens the way back. @throws CheckpointError, DeviceError */
export async function openMirror(options: MirrorOptions): Promise<RunMirror> {
  const { store, stage, logger, pause } = options
  const pulled = await pullRun({ store, stage, warn: (message) => logger.warn(message), pause })
  if (pulled.copied) logger.info(`fetched from ${store.url}`)
  const pusher = new RunPusher({ store, stage, pause }, pulled.commit?.files)
  let sequence = pulled.sequence
  let isWanted = false
  let running: Promise<void> = Promise.resolve()

  const push = async (exitCode: number | null): Promise<Commit> => {
    const began = performance.now()
    const commit = await pusher.push(sequence + 1, exitCode)
    sequence = commit.sequence
    logger.debug('copied to the store', { commit: sequence, seconds: (performance.now() - began) / 1000 })
    await pusher.tidy().catch((error) => logger.debug(`old states stay in ${store.url}: ${reason(error)}`))
    return commit
  }
  const work = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false
      try {
        await push(null)
      } catch (error) {
        logger.warn(`${store.url} does not take the run's state, the next save tries again: ${reason(error)}`)
      }
    }
  }
  return {
    url: store.url,
    changed() {
      if (isWanted) return
      isWanted = true
      running = running.then(work)
    },
    flush: () => running,
    async close(exitCode) {
      isWanted = false
      await running
      try {
        const commit = await push(exitCode)
        if (exitCode === 0) await publish(commit, options)
        return true
      } catch (error) {
        logger.warn(
          `the end of the run could not be copied to ${store.url}: ${reason(error)}; it lies in ${stage}, and the same command tries again`,
        )
        return false
      }
    },
  }
}

/** Gives a finished run's results their plain names, for people and other tools; what has its name already keeps it. */
async function publish(commit: Commit, { store, stage, pause, logger }: MirrorOptions): Promise<void> {
  for (const { path } of commit.files) {
    if (path.startsWith('.') || path.startsWith('checkpoints/')) continue
    const fresh = await persistently(async (attempt) => {
      // What the try before left behind is ours, and torn.
      if (attempt > 0) await store.remove(path)
      return store.create(path, { file: join(stage, path) })
    }, pause)
    if (!fresh) logger.debug(`${store.url}/${path} is there already`)
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
