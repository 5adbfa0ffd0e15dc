import { join, relative } from 'node:path'
import type { Job } from '../config/run/job.ts'
import { ConfigError, Failure } from '../errors/index.ts'
import { consoleSink } from '../logging/console-sink.ts'
import { followCore } from '../logging/core-log.ts'
import { jsonLinesSink } from '../logging/json-lines-sink.ts'
import { createLogger, type Logger, type LogSink } from '../logging/logger.ts'
import { withFileLock } from '../setup/file-lock.ts'
import { openStore } from '../store/open-store.ts'
import { openMirror } from '../store/run-mirror.ts'
import { masked, secretValues, secretWords } from '../text/secrets.ts'
import { watchSignals } from '../train/interrupt.ts'
import { discardEmptyRun, typedConfig } from '../verbs/compose-training.ts'
import { startEngine } from '../verbs/open-engine.ts'
import { sayProblems } from '../verbs/plan-training.ts'
import { runTraining } from '../verbs/train.ts'
import type { TrainingOutcome } from '../verbs/training-job.ts'
import { monitorOf } from './monitor-of.ts'
import { clock, compact, percent } from './number-format.ts'
import { progressDisplay } from './progress-display.ts'
import { reportFailure } from './report-failure.ts'
import type { Screen } from './screen.ts'
import { type TranscribedScreen, transcribedScreen } from './transcribed-screen.ts'

export interface TrainSurroundings {
  readonly screen: Screen
  readonly json: boolean
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

/** Trains what a composed configuration says; speaks to the terminal and answers the exit code. */
export async function trainJob(job: Job, surroundings: TrainSurroundings): Promise<number> {
  const screen = transcribedScreen(surroundings.screen)
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
    job.restoreFiles?.()
    return reportFailure(error)
  }
  const { config, warnings } = typed
  const sinks = [consoleSink(screen)]
  const secrets = [...secretValues(process.env, typed.plain), ...secretWords(process.argv.slice(2))]
  const logger = createLogger('train', config.log_level, sinks, secrets)
  sayProblems(warnings, logger)
  const signals = watchSignals((name) =>
    logger.info(`${name}: saving, then stopping; a second one ends at once`),
  )
  const around = { ...surroundings, screen, secrets }
  const ground = { typed, directory, sinks, logger, interrupt: signals.signal }
  try {
    const onWait = (holder: string): void =>
      logger.info(`${holder} trains in ${shown(directory)}: waiting for it to end`)
    return await withFileLock(join(directory, '.lock'), () => trainHere(job, ground, around), {
      onWait,
      interrupt: signals.signal,
    })
  } catch (error) {
    return reportFailure(error)
  } finally {
    signals.dispose()
  }
}

/** What a training stands on: its configuration, its folder, which no other process uses now, and its log. */
interface Ground {
  readonly typed: ReturnType<typeof typedConfig>
  readonly directory: string
  readonly sinks: LogSink[]
  readonly logger: Logger
  readonly interrupt: AbortSignal
}

/** With a screen whose lines the loggers may follow. */
type Around = Omit<TrainSurroundings, 'screen'> & {
  readonly screen: TranscribedScreen
  readonly secrets: readonly string[]
}

/** Trains in a local folder; a run of a bucket is fetched before and copied back as it goes. */
async function trainHere(job: Job, ground: Ground, around: Around): Promise<number> {
  const { directory, logger } = ground
  if (job.remote === undefined) return trainIn(job, ground, around)
  const taken = new AbortController()
  const mirror = await openMirror({
    store: openStore(job.remote),
    stage: directory,
    logger,
    interrupt: ground.interrupt,
    onLost: () => taken.abort(),
  })
  const interrupt = AbortSignal.any([ground.interrupt, taken.signal])
  const code = await trainIn(job, { ...ground, interrupt }, around, () => mirror.changed())
  const kept = await mirror.close(code)
  if (mirror.lost) return reportFailure(mirror.lost)
  return kept || code !== 0 ? code : 75
}

async function trainIn(
  job: Job,
  { typed: { config, plain }, directory, sinks, logger, interrupt }: Ground,
  { screen, json, secrets, startedAt }: Around,
  onSaved?: () => void,
): Promise<number> {
  const display = progressDisplay(screen, monitorOf(config.callbacks))
  const resumeCommand = resumeWith(job, job.remote ?? directory)
  let stopCoreLog = (): void => {}
  try {
    logger.info(`run folder ${job.remote ?? shown(directory)}`)
    const outcome = await runTraining(
      { config, composed: plain, directory },
      {
        engine: startEngine(config.trainer.accelerator).then((native) => {
          stopCoreLog = followCore(native, logger)
          return native
        }),
        logger,
        sinks,
        interrupt,
        onSaved,
        callbacks: config.trainer.enable_progress_bar === false ? [] : [display],
        followers: json ? [jsonLinesSink((line) => void process.stdout.write(line))] : [],
        followConsole: (listener) => screen.follow((line) => listener(masked(line, secrets))),
        onSession: (session) => {
          if (showsBar(config.callbacks)) display.follow(session)
        },
        startedAt,
      },
    )
    display.stop()
    stopCoreLog()
    if (outcome.already) job.restoreFiles?.()
    if (json) process.stdout.write(`${JSON.stringify({ ...outcome.summary, directory })}\n`)
    return conclude(outcome, logger, screen, resumeCommand)
  } catch (error) {
    display.stop()
    stopCoreLog()
    if (error instanceof ConfigError) job.restoreFiles?.()
    if (!(error instanceof Failure) && error instanceof Error) logger.debug('failed', { stack: error.stack })
    return reportFailure(error)
  }
}

function conclude(outcome: TrainingOutcome, logger: Logger, screen: Screen, resumeCommand: string): number {
  const { summary, directory, already } = outcome
  if (already) {
    const done = `${counted(summary.epochs, 'epoch')}, ${counted(summary.steps, 'step')}`
    screen.line(`already completed: ${shown(directory)} (${done}); name another hydra.run.dir to train again`)
    return 0
  }
  if (summary.status === 'interrupted') {
    screen.line(`interrupted after ${counted(summary.steps, 'step')}; go on with\n  ${resumeCommand}`)
    return 75
  }
  const { timing, best, reason } = summary
  if (reason !== null) logger.info(`stopped: ${reason}`)
  const parts = [`${summary.status} after ${counted(summary.epochs, 'epoch')} in ${clock(timing.total_s)}`]
  if (best) {
    const value = /acc|f1|auroc/.test(best.monitor) ? percent(best.value) : compact(best.value)
    parts.push(`best ${best.monitor} ${value} in epoch ${best.epoch}`)
  }
  parts.push(`${Math.round(timing.images_per_second)} img/s`)
  screen.line(parts.join(' · '))
  screen.line(`→ ${shown(directory)}`)
  return 0
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** A progress bar with `refresh_rate: 0` draws nothing; the epochs' lines stay. */
function showsBar(
  callbacks: readonly { readonly definition: { readonly name: string }; readonly options: unknown }[],
): boolean {
  const bar = callbacks.find(({ definition }) => definition.name === 'progress_bar')?.options
  return (bar as { refresh_rate?: number } | undefined)?.refresh_rate !== 0
}

/** The command that goes on with a run. */
function resumeWith({ overrides }: Job, directory: string): string {
  const words = [...overrides, `hydra.run.dir=${shown(directory)}`]
  return `${trainCommand()} ${words.map(shellWord).join(' ')}`
}

/** How this process was called, as it works again in the same folder. */
function trainCommand(): string {
  const event = process.env.npm_lifecycle_event
  if (event === 'train') return 'bun run train'
  if (event === 'npx') return 'npx classifier-training train'
  const main = join(import.meta.dirname, 'main.ts')
  const bun = Bun.which('bun') === null ? process.execPath : 'bun'
  return `${shellWord(bun)} ${shellWord(main)} train`
}

function shown(directory: string): string {
  if (directory.includes('://')) return directory
  const path = relative(process.cwd(), directory)
  return path.startsWith('..') ? directory : path || '.'
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
