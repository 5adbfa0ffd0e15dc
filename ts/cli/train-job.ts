import { relative } from 'node:path'
import type { Job } from '../config/run/job.ts'
import { ConfigError, Failure } from '../errors/index.ts'
import { consoleSink } from '../logging/console-sink.ts'
import { followCore } from '../logging/core-log.ts'
import { createLogger, type Logger } from '../logging/logger.ts'
import { watchSignals } from '../train/interrupt.ts'
import { discardEmptyRun, typedConfig } from '../verbs/compose-training.ts'
import { startEngine } from '../verbs/open-engine.ts'
import { sayProblems } from '../verbs/plan-training.ts'
import { runTraining } from '../verbs/train.ts'
import type { TrainingOutcome } from '../verbs/training-job.ts'
import { clock, compact, percent } from './number-format.ts'
import { progressDisplay } from './progress-display.ts'
import { reportFailure } from './report-failure.ts'
import type { Screen } from './screen.ts'

export interface TrainSurroundings {
  readonly screen: Screen
  readonly json: boolean
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

/** Trains what a composed configuration says; speaks to the terminal and answers the exit code. */
export async function trainJob(job: Job, { screen, json, startedAt }: TrainSurroundings): Promise<number> {
  const directory = job.outputDir
  if (directory === undefined) {
    const hint = 'leave hydra.run.dir as it is or name a folder'
    return reportFailure(
      new ConfigError({ key: 'hydra.run.dir', message: 'a training needs a run folder', hint }),
    )
  }
  let typed: ReturnType<typeof typedConfig>
  try {
    typed = typedConfig(job.composition)
  } catch (error) {
    discardEmptyRun(directory)
    return reportFailure(error)
  }
  const { config, plain, warnings } = typed
  const sinks = [consoleSink(screen)]
  const logger = createLogger('train', config.log_level, sinks)
  sayProblems(warnings, logger)
  const signals = watchSignals((name) =>
    logger.info(`${name}: saving, then stopping; a second one ends at once`),
  )
  const display = progressDisplay(screen, monitorOf(config.callbacks))
  const resumeCommand = resumeWith(job, directory)
  let stopCoreLog = (): void => {}
  try {
    logger.info(`run folder ${shown(directory)}`)
    const outcome = await runTraining(
      { config, composed: plain, directory },
      {
        engine: startEngine(config.trainer.accelerator).then((native) => {
          stopCoreLog = followCore(native, logger)
          return native
        }),
        logger,
        sinks,
        interrupt: signals.signal,
        callbacks: config.trainer.enable_progress_bar === false ? [] : [display],
        onSession: (session) => display.follow(session),
        startedAt,
      },
    )
    display.stop()
    stopCoreLog()
    if (json) process.stdout.write(`${JSON.stringify({ ...outcome.summary, directory })}\n`)
    return conclude(outcome, logger, screen, resumeCommand)
  } catch (error) {
    display.stop()
    stopCoreLog()
    if (!(error instanceof Failure) && error instanceof Error) logger.debug('failed', { stack: error.stack })
    return reportFailure(error)
  } finally {
    signals.dispose()
  }
}

function conclude(outcome: TrainingOutcome, logger: Logger, screen: Screen, resumeCommand: string): number {
  const { summary, directory, already } = outcome
  if (already) {
    const done = `${summary.epochs} epochs, ${summary.steps} steps`
    screen.line(`already completed: ${shown(directory)} (${done}); name another hydra.run.dir to train again`)
    return 0
  }
  if (summary.status === 'interrupted') {
    screen.line(`interrupted after ${summary.steps} steps; go on with\n  ${resumeCommand}`)
    return 75
  }
  const { timing, best, reason } = summary
  if (reason !== null) logger.info(`stopped: ${reason}`)
  const parts = [`${summary.status} after ${summary.epochs} epochs in ${clock(timing.total_s)}`]
  if (best) {
    const value = /acc|f1|auroc/.test(best.monitor) ? percent(best.value) : compact(best.value)
    parts.push(`best ${best.monitor} ${value} in epoch ${best.epoch + 1}`)
  }
  parts.push(`${compact(timing.images_per_second)} img/s`)
  screen.line(parts.join(' · '))
  screen.line(`→ ${shown(directory)}`)
  return 0
}

/** What the stars of the epoch lines follow: the metric by which checkpoints are kept. */
function monitorOf(
  callbacks: readonly { readonly definition: { readonly name: string }; readonly options: unknown }[],
): { name: string; mode: 'min' | 'max' } | null {
  const options = callbacks.find(({ definition }) => definition.name === 'model_checkpoint')?.options as
    | { monitor?: string | null; mode?: 'min' | 'max' }
    | undefined
  return options?.monitor ? { name: options.monitor, mode: options.mode ?? 'min' } : null
}

/** The command that goes on with a run. */
function resumeWith({ overrides }: Job, directory: string): string {
  const words = [...overrides, `hydra.run.dir=${shown(directory)}`]
  return `bun run train ${words.map(shellWord).join(' ')}`
}

function shown(directory: string): string {
  const path = relative(process.cwd(), directory)
  return path.startsWith('..') ? directory : path || '.'
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
