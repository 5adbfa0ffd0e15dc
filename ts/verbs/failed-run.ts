import { join } from 'node:path'
import { DeviceError, DivergedError, EngineBug, Failure } from '../errors/index.ts'
import { writeJson } from '../files/write-json.ts'
import type { LogRecord, LogSink } from '../logging/logger.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import { masked, maskedDeep } from '../text/secrets.ts'
import type { Run } from '../train/run.ts'
import { versions } from './versions.ts'

/**
 * Ends a run that `error` stopped: waits for checkpoints on their way, tells the loggers, writes `summary.json`. Answers the
 * error to throw, which names the checkpoint to go back to where the run diverged.
 */
export async function concludeFailedRun(
  run: Run,
  engine: NativeEngine,
  error: unknown,
  secrets: readonly string[],
): Promise<unknown> {
  const { logger, directory } = run.context
  // The failure that is told is the first one; what fails after it only goes to the log.
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (later) {
      if (later !== error) logger.warn(`${what}: ${later instanceof Error ? later.message : String(later)}`)
    }
  }
  await attempt('a checkpoint on its way was lost', () => run.settle())
  if (isSavable(error)) await attempt('the failed run could not be saved', () => lastWishes(run))
  const told = error instanceof DivergedError ? withWayBack(error, run) : error
  const reason = masked(told instanceof Error ? told.message : String(told), secrets)
  await attempt('the loggers could not be closed', () => run.recorder.finish('failed', 1))
  await attempt('summary.json could not be written', () =>
    writeJson(join(directory, 'summary.json'), {
      status: 'failed',
      reason,
      epochs: run.trainReport?.position.epoch ?? 0,
      steps: run.trainReport?.position.step ?? 0,
      best: run.best,
      final: run.context.history.records.at(-1)?.scalars ?? {},
      details: told instanceof Failure ? maskedDeep(told.details ?? null, secrets) : null,
      versions: versions(engine),
    }),
  )
  return told
}

/**
 * Whether the run stands between two steps. One that failed for want of memory has moved the running statistics already,
 * and SAM's the weights.
 */
function isSavable(error: unknown): boolean {
  return !(error instanceof DivergedError || error instanceof DeviceError || error instanceof EngineBug)
}

/** What the callbacks ask for when a training failed. */
async function lastWishes(run: Run): Promise<void> {
  const { position } = await run.session.inspect()
  const wishes = await run.hooks.ask('runFailed', { position }, run.context)
  await run.perform(wishes, position.epoch, position)
  await run.settle()
}

/** Writes a failure with all that is known of it into the run's log files. Who called says it to people. */
export function recordFailure(error: unknown, files: readonly LogSink[], secrets: readonly string[]): void {
  const message = masked(error instanceof Error ? error.message : String(error), secrets)
  const context = {
    ...(error instanceof Failure ? { hint: error.hint, details: error.details } : {}),
    ...(error instanceof Error ? { stack: error.stack } : {}),
  }
  const known = maskedDeep(context, secrets) as LogRecord['context']
  for (const file of files)
    file({ time: new Date(), level: 'error', source: 'train', message, context: known })
}

function withWayBack(error: DivergedError, run: Run): DivergedError {
  const last = run.lastCheckpoint
  const details = { ...(error.details as object | undefined), checkpoint: last?.directory ?? null }
  const cause = error
  if (!last)
    return new DivergedError(`${error.message}; there is no checkpoint yet`, {
      hint: error.hint,
      details,
      cause,
    })
  const { epoch, step } = last.position
  return new DivergedError(
    `${error.message}; the last good checkpoint is ${last.directory} (epoch ${epoch}, optimizer step ${step})`,
    { hint: `${error.hint ?? ''} A new run from it: model.weights=${last.directory}`.trim(), details, cause },
  )
}
