import { relative } from 'node:path'
import { parseCommandLine } from '../config/command-line.ts'
import { Failure } from '../errors/index.ts'
import { consoleSink } from '../logging/console-sink.ts'
import { createLogger, type Logger } from '../logging/logger.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import { clock, percent } from './number-format.ts'
import { progressDisplay } from './progress-display.ts'
import { reportFailure } from './report-failure.ts'
import { type Screen, terminalScreen } from './screen.ts'
import { showConfiguration } from './show-configuration.ts'

export async function run(argv: string[]): Promise<number> {
  const startedAt = Date.now() - performance.now()
  const line = parseCommandLine(argv)
  if (line.show) return showConfiguration(line)
  // What takes longest begins first: finding and loading libtorch needs nothing of the configuration.
  const screen = terminalScreen()
  const engine = loadNative()
  engine.catch(() => {})
  const { composeTraining } = await import('../verbs/compose-training.ts')
  const composition = composeTraining(line)
  const { prepareTrainingRun } = await import('../verbs/prepare-run.ts')
  const prepared = prepareTrainingRun(composition)
  const { config } = prepared
  const sinks = [consoleSink(screen)]
  const logger = createLogger('train', config.log_level, sinks)
  const { sayProblems } = await import('../verbs/plan-training.ts')
  sayProblems(prepared.warnings, logger)

  const { watchSignals } = await import('../train/interrupt.ts')
  const signals = watchSignals((name) => {
    logger.info(`${name}: saving, then stopping; a second one ends at once`)
  })
  const resumeCommand = `bun run train ${[...line.overrides.filter((word) => !word.startsWith('hydra.run.dir=')), `hydra.run.dir=${relative(process.cwd(), prepared.directory)}`].map(shellWord).join(' ')}`
  const display = progressDisplay(screen, monitorOf(config.callbacks))
  let stopCoreLog = (): void => {}
  try {
    const [{ runTraining }, { followCore }] = await Promise.all([
      import('../verbs/train.ts'),
      import('../logging/core-log.ts'),
    ])
    logger.info(`run folder ${relative(process.cwd(), prepared.directory) || '.'}`)
    const outcome = await runTraining(
      { config, composed: prepared.plain, directory: prepared.directory, resumeCommand },
      {
        engine: engine.then((native) => {
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
    if (line.json)
      process.stdout.write(`${JSON.stringify({ ...outcome.summary, directory: outcome.directory })}\n`)
    return conclude(outcome, logger, screen, resumeCommand)
  } catch (error) {
    display.stop()
    stopCoreLog()
    if (error instanceof Failure) logger.debug('failed', { error: error.stack })
    await recordFailure(prepared.directory, error, logger)
    return reportFailure(error)
  } finally {
    stopCoreLog()
    signals.dispose()
  }
}

async function loadNative(): Promise<NativeEngine> {
  const [{ ensureNative }, { loadEngine }] = await Promise.all([
    import('../setup/index.ts'),
    import('../native/native-engine.ts'),
  ])
  await ensureNative({ quiet: true })
  return loadEngine()
}

type Outcome = Awaited<ReturnType<typeof import('../verbs/train.ts').runTraining>>

function conclude(
  { summary, directory, already }: Outcome,
  logger: Logger,
  screen: Screen,
  resumeCommand: string,
): number {
  const folder = relative(process.cwd(), directory) || '.'
  if (already) {
    screen.line(
      `already completed: ${folder} (${summary.epochs} epochs, ${summary.steps} steps); start a new run folder to train again`,
    )
    return 0
  }
  if (summary.status === 'interrupted') {
    screen.line(`interrupted after ${summary.steps} steps; go on with\n  ${resumeCommand}`)
    return 75
  }
  const { timing, best } = summary
  if (summary.reason !== null) logger.info(`stopped: ${summary.reason}`)
  const score = best
    ? `best ${best.monitor} ${/acc|f1|auroc/.test(best.monitor) ? percent(best.value) : best.value.toFixed(4)} in epoch ${best.epoch + 1}`
    : 'no best checkpoint'
  screen.line(
    `${summary.status} after ${summary.epochs} epochs in ${clock(timing.total_s)} · ${score} · ${Math.round(timing.images_per_second)} img/s`,
  )
  screen.line(`→ ${folder}`)
  return 0
}

async function recordFailure(directory: string, error: unknown, logger: Logger): Promise<void> {
  try {
    const { writeJson } = await import('../train/write-json.ts')
    const reason = error instanceof Error ? error.message : String(error)
    await writeJson(`${directory}/summary.json`, { status: 'failed', reason })
  } catch (second) {
    logger.debug('the summary could not be written', { error: String(second) })
  }
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

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
