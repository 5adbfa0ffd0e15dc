import { join } from 'node:path'
import type { Logger } from '../logging/logger.ts'
import type { Commit } from './commit.ts'
import { type Lease, LeaseLost, takeLease } from './lease.ts'
import type { ObjectStore } from './object-store.ts'
import { persistently } from './persistence.ts'
import { type Pulled, pullRun } from './pull-run.ts'
import { RunPusher } from './push-run.ts'
import { type StoreClock, systemClock } from './store-clock.ts'

export interface MirrorOptions {
  readonly store: ObjectStore
  /** The run folder on the local disk. */
  readonly stage: string
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly clock?: StoreClock | undefined
  readonly interrupt?: AbortSignal | undefined
  /** Called when another machine has taken the run: what this one does from now on is not kept. */
  readonly onLost?: ((reason: LeaseLost) => void) | undefined
}

/** Keeps a run that lies in a bucket: it trains in a local folder, whose states are copied there one after another. */
export interface RunMirror {
  readonly url: string
  /** Says that the stage has a new state worth keeping; copies it in the background. */
  changed(): void
  /** Waits until what was said to have changed is copied, or has failed. */
  flush(): Promise<void>
  /** Copies the last state and how the run ended, and lets the run go. False where that failed, which the log explains. */
  close(exitCode: number): Promise<boolean>
  /** Why nothing more is kept, where another machine has taken the run. */
  readonly lost: LeaseLost | undefined
}

/**
 * Waits until no other machine works on the run, brings the stage up to date and opens the way back.
 * @throws CheckpointError, ConfigError where another machine goes on with the run, DeviceError, Interrupted
 */
export async function openMirror(options: MirrorOptions): Promise<RunMirror> {
  const { store, stage, logger, clock = systemClock, interrupt } = options
  const onWait = (holder: string): void =>
    logger.info(`${holder} works on ${store.url}: waiting for it to end`)
  const lease = await takeLease({ store, clock, onWait, interrupt })
  try {
    const warn = (message: string): void => logger.warn(message)
    const pulled = await pullRun({ store, stage, warn, pause: clock.pause })
    if (pulled.copied) logger.info(`fetched from ${store.url}`)
    return mirrorOf(lease, pulled, options)
  } catch (error) {
    await lease.release().catch(() => {})
    throw error
  }
}

function mirrorOf(lease: Lease, pulled: Pulled, options: MirrorOptions): RunMirror {
  const { store, stage, logger, clock = systemClock } = options
  const { generation, confirm } = lease
  const pusher = new RunPusher(
    { store, stage, generation, confirm, pause: clock.pause },
    pulled.commit?.files,
  )
  let lost: LeaseLost | undefined
  const lose = (reason: LeaseLost): void => {
    if (lost) return
    lost = reason
    options.onLost?.(reason)
  }
  lease.keep(lose)
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
    while (isWanted && !lost) {
      isWanted = false
      try {
        await push(null)
      } catch (error) {
        if (error instanceof LeaseLost) lose(error)
        else
          logger.warn(
            `${store.url} does not take the run's state, the next save tries again: ${reason(error)}`,
          )
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
        if (lost) return false
        const commit = await push(exitCode)
        if (exitCode === 0) await publish(commit, lease, options)
        return true
      } catch (error) {
        if (error instanceof LeaseLost) lose(error)
        else
          logger.warn(
            `the end of the run could not be copied to ${store.url}: ${reason(error)}; it lies in ${stage}, and the same command tries again`,
          )
        return false
      } finally {
        await lease.release().catch((error) => logger.debug(`the lease was not given back: ${reason(error)}`))
      }
    },
    get lost() {
      return lost
    },
  }
}

/** Gives a finished run's results their plain names, for people and other tools; what has its name already keeps it. */
async function publish(
  commit: Commit,
  lease: Lease,
  { store, stage, clock = systemClock, logger }: MirrorOptions,
): Promise<void> {
  await lease.confirm()
  for (const { path } of commit.files) {
    if (path.startsWith('.') || path.startsWith('checkpoints/')) continue
    const fresh = await persistently(async (attempt) => {
      // What the try before left behind is ours, and torn.
      if (attempt > 0) await store.remove(path)
      return store.create(path, { file: join(stage, path) })
    }, clock.pause)
    if (!fresh) logger.debug(`${store.url}/${path} is there already`)
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
