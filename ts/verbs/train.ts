import { join, resolve } from 'node:path'
import { lintRecipe } from '../config/lint/index.ts'
import type { Failure } from '../errors/index.ts'
import { writeJson } from '../files/write-json.ts'
import { formatLine } from '../logging/console-sink.ts'
import { fileSink, jobLogSink } from '../logging/file-sink.ts'
import type { Logger } from '../logging/logger.ts'
import { MetricsFile } from '../logging/metrics-file.ts'
import type { Session } from '../native/engine.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import type { OpenReport, Position } from '../native/spec.d.ts'
import { secretValues } from '../text/secrets.ts'
import type { RunContext } from '../train/callback.ts'
import { CheckpointStore } from '../train/checkpoint-store.ts'
import { History } from '../train/history.ts'
import { Hooks } from '../train/hooks.ts'
import { trainLoop } from '../train/loop.ts'
import { Recorder } from '../train/recorder.ts'
import { type Resumed, resumeCandidates, resumeSession } from '../train/resume.ts'
import { Run } from '../train/run.ts'
import { type RunIdentity, trainingData } from '../train/run-identity.ts'
import { type Summary, timing } from '../train/summary.ts'
import { beganBefore } from './began-before.ts'
import { describeTraining } from './describe-training.ts'
import { concludeFailedRun, recordFailure } from './failed-run.ts'
import { finishedSummary } from './finished-summary.ts'
import { exportOnnx } from './onnx-exporter.ts'
import { type PlannedTraining, planTraining, sayProblems } from './plan-training.ts'
import { requireValidation } from './require-validation.ts'
import { withScored } from './scoring-plan.ts'
import { testBest } from './test-best.ts'
import type { TrainingJob, TrainingOutcome, TrainingSurroundings } from './training-job.ts'
import { versions } from './versions.ts'

const start: Position = { epoch: 0, batch: 0, step: 0 }

/** Trains, or goes on with, the run in `job.directory` until it is complete, stopped or interrupted. */
export async function runTraining(job: TrainingJob, around: TrainingSurroundings): Promise<TrainingOutcome> {
  const { directory } = job
  const files = [fileSink(join(directory, 'log.jsonl')), jobLogSink(join(directory, 'train.log'))]
  around.sinks.push(...files)
  try {
    return await openAndFollow(job, around)
  } catch (error) {
    recordFailure(error, files, secretValues(process.env, job.composed))
    throw error
  }
}

async function openAndFollow(job: TrainingJob, around: TrainingSurroundings): Promise<TrainingOutcome> {
  const { directory, config } = job
  const { logger } = around
  const engine = await around.engine
  const planned = await planTraining(config, engine, logger)
  requireValidation(config, planned)
  const identity = { plan: planned.plan, data: trainingData(planned.dataset.summary) }
  const done = config.resume === 'never' ? undefined : await finishedSummary(directory, identity)
  if (done) return { summary: done, directory, already: true }
  sayProblems(
    lintRecipe({ config, plan: planned.plan, run: planned.run, summary: planned.dataset.summary }),
    logger,
  )

  const { session, report: model } = await engine.openSession(planned.plan, planned.dataset)
  try {
    around.onSession?.(session)
    logger.info(describeTraining(planned.plan, model, planned.dataset.summary))
    for (const note of model.notes) logger.info(note)
    const resumed = await resumeSession(
      await resumeCandidates(config.resume, directory),
      session,
      identity,
      logger,
    )
    const run = await openRun(job, around, { engine, planned, identity, session, model, resumed })
    return await follow(run, job, around, { engine, planned, identity, session, model, resumed })
  } finally {
    await session.close()
  }
}

/** What a training stands on once its session is open. */
interface Ground {
  readonly engine: NativeEngine
  readonly planned: PlannedTraining
  readonly identity: RunIdentity
  readonly session: Session
  readonly model: OpenReport
  readonly resumed: Resumed | undefined
}

async function openRun(job: TrainingJob, around: TrainingSurroundings, ground: Ground): Promise<Run> {
  const { directory, config } = job
  const { logger } = around
  const { engine, planned, identity, session, model, resumed } = ground
  const store = new CheckpointStore(directory)
  await store.sweep()
  const again = config.resume !== 'never' && (await beganBefore(directory, identity))
  const resumedStep = resumed?.position.step ?? (again ? 0 : null)
  const sinkContext = { directory, config: job.composed, resumedStep, logger }
  const loggers = planned.run.fastDevRun === null ? config.logging : []
  const sinks = loggers.map(({ definition, options }) => definition.create(options, sinkContext))
  const recorder = new Recorder(new MetricsFile(directory, resumed?.state.metricsBytes ?? 0), [
    ...sinks,
    ...(around.followers ?? []),
  ])
  if (around.followConsole) around.followConsole((line) => recorder.line(line))
  else around.sinks.push((record) => recorder.line(formatLine(record, false)))
  const context: RunContext = {
    directory,
    plan: planned.plan,
    dataset: planned.dataset,
    summary: planned.dataset.summary,
    classes: planned.dataset.summary.classes,
    model,
    history: new History(resumed?.state.history ?? []),
    logger,
    resumedEpoch: resumed?.position.epoch ?? 0,
  }
  const preprocessing = { input_hw: model.input_hw, mean: model.mean, std: model.std }
  const callbacks = config.callbacks.map(({ definition, options }) => definition.create(options))
  const run = new Run({
    context,
    session,
    hooks: new Hooks([...callbacks, ...around.callbacks]),
    recorder,
    store,
    exporter: async ({ directory: folder, opset, foldBn, inputSize }, checkpoint) => {
      const request = {
        directory: resolve(directory, folder),
        opset,
        foldBn,
        inputSize,
        exifTranspose: planned.datasetSpec.exif_transpose,
        plan: planned.plan,
        classes: context.classes,
        model,
      }
      const written = checkpoint
        ? await withScored(engine, planned.plan, checkpoint, planned.dataset, (scored) =>
            exportOnnx(scored, { ...request, weights: 'raw' }, logger),
          )
        : await exportOnnx(session, { ...request, weights: 'auto' }, logger)
      return written.files
    },
    checkpoints: planned.run.checkpoints,
    preprocessing,
    bestMonitor: bestMonitor(config.callbacks),
    onSaved: around.onSaved,
  })
  if (resumed) {
    await run.restore(resumed.state, resumed.directory, resumed.position)
    const { epoch, step } = resumed.position
    logger.info(`resumed in epoch ${epoch}, step ${step}`, { from: resumed.directory })
  }
  await writeJson(join(directory, 'plan.json'), {
    plan: planned.plan,
    loop: planned.run,
    dataset_spec: planned.datasetSpec,
    data: planned.dataset.summary,
    device: model.device,
    precision: model.precision,
    preprocessing,
    versions: versions(engine),
  })
  return run
}

async function follow(
  run: Run,
  job: TrainingJob,
  around: TrainingSurroundings,
  ground: Ground,
): Promise<TrainingOutcome> {
  const { directory } = job
  const { engine, planned, session, resumed } = ground
  const { context, recorder, hooks } = run
  let unscored: Failure | null = null
  try {
    const from = resumed?.position ?? start
    await run.perform(await hooks.ask('runStart', undefined, context), from.epoch, from)
    const result = await trainLoop(run, planned.run, from, around.interrupt)
    const inspect = await session.inspect()
    const interrupted = result.status === 'interrupted'
    const test = interrupted ? undefined : await testBest(run, engine, planned, result.position)
    unscored = test?.failure ?? null
    if (!interrupted) {
      const end = { status: result.status, position: result.position }
      await run.perform(await hooks.ask('runEnd', end, context), result.position.epoch, result.position)
      await run.settle()
    }
    const summary: Summary = {
      status: unscored ? 'failed' : result.status,
      reason: unscored ? unscored.message : result.reason,
      epochs: result.position.epoch,
      steps: result.position.step,
      best: run.best,
      final: result.final,
      test: test?.scalars ?? null,
      weights_sha256: inspect.weights_sha256,
      ema_sha256: inspect.ema_sha256,
      timing: timing(inspect, {
        startedAt: around.startedAt,
        callbacks: callbackSeconds(hooks, context.logger),
        total: (Date.now() - around.startedAt) / 1000,
        images: run.imagesTrained,
        waitedForDisk: run.waitedForDisk,
      }),
      peak_rss_mb: inspect.peak_rss_mb,
      peak_device_mb: inspect.peak_device_mb,
      resumed_from: resumed ? [resumed.directory] : [],
      skipped_images: run.skippedImages,
      versions: versions(engine),
    }
    await writeJson(join(directory, 'summary.json'), summary)
    recorder.summary(result.final)
    await recorder.finish(summary.status, interrupted ? 75 : (unscored?.exitCode ?? 0))
    if (unscored) throw unscored
    return { summary, directory, already: false }
  } catch (error) {
    if (unscored !== null && error === unscored) throw error
    throw await concludeFailedRun(run, engine, error, secretValues(process.env, job.composed))
  }
}

/** Seconds that the run waited for callbacks; which took them goes to the log. */
function callbackSeconds(hooks: Hooks, logger: Logger): number {
  const seconds = Object.fromEntries(
    [...hooks.seconds].map(([name, value]) => [name, Number(value.toFixed(3))]),
  )
  logger.debug('seconds of the callbacks', seconds)
  return hooks.elapsed
}

/** Of several monitored checkpoints the first one's best is the run's. */
function bestMonitor(
  callbacks: readonly { readonly definition: { readonly name: string }; readonly options: unknown }[],
): string | undefined {
  const monitors = callbacks.flatMap(({ definition, options }) =>
    definition.name === 'model_checkpoint' ? [(options as { monitor?: string | null }).monitor] : [],
  )
  return monitors.find((monitor) => typeof monitor === 'string') ?? undefined
}
