import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { fileSink, jobLogSink } from '../logging/file-sink.ts'
import { MetricsFile } from '../logging/metrics-file.ts'
import type { Evaluation, Session } from '../native/engine.ts'
import type { EvaluateReport, Position } from '../native/spec.d.ts'
import type { RunContext, Scalars } from '../train/callback.ts'
import { CheckpointStore } from '../train/checkpoint-store.ts'
import { History } from '../train/history.ts'
import { Hooks } from '../train/hooks.ts'
import { type LoopResult, trainLoop } from '../train/loop.ts'
import { planDifferences } from '../train/plan-difference.ts'
import { Recorder } from '../train/recorder.ts'
import { resumeCandidates, resumeSession } from '../train/resume.ts'
import { Run } from '../train/run.ts'
import { evaluationScalars } from '../train/scalars.ts'
import { type Summary, timing } from '../train/summary.ts'
import { writeJson } from '../train/write-json.ts'
import { exportOnnx } from './onnx-exporter.ts'
import { planTraining } from './plan-training.ts'
import { scoringPlan } from './scoring-plan.ts'
import type { TrainingJob, TrainingOutcome, TrainingSurroundings } from './training-job.ts'
import { versions } from './versions.ts'

const start: Position = { epoch: 0, batch: 0, step: 0 }

/** Trains, or goes on with, the run in `job.directory` until it is complete, stopped or interrupted. */
export async function runTraining(job: TrainingJob, around: TrainingSurroundings): Promise<TrainingOutcome> {
  const { directory, config } = job
  const { logger } = around
  around.sinks.push(fileSink(join(directory, 'log.jsonl')), jobLogSink(join(directory, 'train.log')))
  const engine = await around.engine
  const planned = await planTraining(config, engine, logger)
  const done = config.resume === 'never' ? undefined : await finishedSummary(directory, planned.plan)
  if (done) return { summary: done, directory, already: true }

  const { session, report: model } = await engine.openSession(planned.plan, planned.dataset)
  around.onSession?.(session)
  for (const note of model.notes) logger.info(note)
  const store = new CheckpointStore(directory)
  const candidates = await resumeCandidates(config.resume, directory)
  const resumed = await resumeSession(candidates, session, planned.plan, logger)
  await store.sweep()
  const history = new History(resumed?.state.history ?? [])
  const metrics = new MetricsFile(directory, resumed?.state.metricsBytes ?? 0)
  const sinkContext = { directory, config: job.composed, resumedStep: resumed?.position.step ?? null, logger }
  const sinks = config.logging.map(({ definition, options }) => definition.create(options, sinkContext))
  const recorder = new Recorder(metrics, sinks)
  const context: RunContext = {
    directory,
    plan: planned.plan,
    dataset: planned.dataset,
    summary: planned.dataset.summary,
    classes: planned.dataset.summary.classes,
    model,
    history,
    logger,
    resumedEpoch: resumed?.position.epoch ?? 0,
  }
  const preprocessing = { input_hw: model.input_hw, mean: model.mean, std: model.std }
  const run = new Run({
    context,
    session,
    hooks: new Hooks([
      ...config.callbacks.map(({ definition, options }) => definition.create(options)),
      ...around.callbacks,
    ]),
    recorder,
    store,
    exporter: async ({ directory: folder, opset, foldBn }, checkpoint) => {
      const request = {
        directory: join(directory, folder),
        opset,
        foldBn,
        plan: planned.plan,
        classes: context.classes,
        model,
      }
      const written = checkpoint
        ? await withScored(checkpoint, (scored) => exportOnnx(scored, { ...request, weights: 'raw' }, logger))
        : await exportOnnx(session, { ...request, weights: 'auto' }, logger)
      return written.files
    },
    checkpoints: planned.run.checkpoints,
    preprocessing,
  })
  if (resumed) {
    run.restore(resumed.state, resumed.directory, resumed.position)
    logger.info(`resumed at epoch ${resumed.position.epoch + 1}, step ${resumed.position.step}`, {
      from: resumed.directory,
    })
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
  const resumedFrom = [...(resumed ? [resumed.directory] : [])]
  let result: LoopResult
  let test: Scalars | null = null
  try {
    await run.perform(await run.hooks.ask('runStart', undefined, context), 0, resumed?.position ?? start)
    result = await trainLoop(run, planned.run, resumed?.position ?? start, around.interrupt)
    const summary = await summarize()
    if (result.status !== 'interrupted') {
      test = await testBest()
      const end = { status: result.status, position: result.position }
      await run.perform(await run.hooks.ask('runEnd', end, context), result.position.epoch, result.position)
    }
    const final = { ...summary, test, timing: { ...summary.timing, total_s: elapsed() } }
    await writeJson(join(directory, 'summary.json'), final)
    recorder.summary(result.final)
    await recorder.finish(result.status, result.status === 'interrupted' ? 75 : 0)
    return { summary: final, directory, already: false }
  } catch (error) {
    await recorder.finish('failed', 1)
    throw error
  } finally {
    await session.close()
  }

  /** A session of its own with a checkpoint's scored weights, so that the run's own stay as they are. */
  async function withScored<T>(checkpoint: string, use: (scored: Session) => Promise<T>): Promise<T> {
    const opened = await engine.openSession(scoringPlan(planned.plan, checkpoint), planned.dataset)
    try {
      return await use(opened.session)
    } finally {
      await opened.session.close()
    }
  }

  function elapsed(): number {
    return (Date.now() - around.startedAt) / 1000
  }

  async function summarize(): Promise<Summary> {
    const inspect = await session.inspect()
    const images = run.imagesTrained
    return {
      status: result.status,
      reason: result.reason,
      epochs: result.position.epoch,
      steps: result.position.step,
      best: run.best,
      final: result.final,
      test: null,
      weights_sha256: inspect.weights_sha256,
      ema_sha256: inspect.ema_sha256,
      timing: timing(inspect, {
        startToFirstStep: run.firstSpanAt === undefined ? null : (run.firstSpanAt - around.startedAt) / 1000,
        total: elapsed(),
        images,
      }),
      peak_rss_mb: inspect.peak_rss_mb,
      peak_device_mb: inspect.peak_device_mb,
      resumed_from: resumedFrom,
      skipped_images: run.skippedImages,
      versions: versions(engine),
    }
  }

  /** The test split, scored with the best checkpoint's weights. */
  async function testBest(): Promise<Scalars | null> {
    if (model.test_batches === 0 || planned.run.limitTestBatches === 0) return null
    const best = await store.follow('best')
    if (best) await session.load(best)
    const evaluation = await session.evaluate({
      split: 'test',
      weights: 'auto',
      limit_batches: planned.run.limitTestBatches,
    })
    const scalars = evaluationScalars('test', evaluation.report, context.classes)
    const event = {
      epoch: result.position.epoch - 1,
      position: result.position,
      evaluation,
      scalars,
      sanity: false,
      split: 'test' as const,
    }
    await run.perform(await run.hooks.ask('validationEnd', event, context), event.epoch, result.position)
    recorder.row(event.epoch, result.position, scalars)
    logger.info(testLine(evaluation.report, best !== undefined))
    return scalars
  }
}

function testLine(report: EvaluateReport, best: boolean): string {
  const weights = best ? "the best checkpoint's weights" : 'the last weights'
  return `test: acc ${(report.acc_top1 * 100).toFixed(1)} %, loss ${report.loss.toFixed(3)} on ${report.images} images with ${weights}`
}

/** The summary of a run that ended by itself under the same plan. */
async function finishedSummary(directory: string, plan: unknown): Promise<Summary | undefined> {
  const [summaryFile, planFile] = [join(directory, 'summary.json'), join(directory, 'plan.json')]
  if (!existsSync(summaryFile) || !existsSync(planFile)) return undefined
  const summary = JSON.parse(await readFile(summaryFile, 'utf8')) as Summary
  if (summary.status !== 'completed' && summary.status !== 'stopped') return undefined
  const before = JSON.parse(await readFile(planFile, 'utf8')) as { plan: unknown }
  const differences = planDifferences(before.plan, plan)
  if (differences.length > 0)
    throw new ConfigError(
      differences.map(({ key, before: was, now }) => ({
        key,
        message: `the run was completed with ${JSON.stringify(was)}, now ${JSON.stringify(now)}`,
      })),
      {
        hint: `${directory} holds a completed run: choose another hydra.run.dir, or set resume=never to begin again here`,
      },
    )
  return longer(before.plan, plan) ? undefined : summary
}

/** A completed run may go on for more epochs where its schedule does not depend on their number. */
function longer(before: unknown, now: unknown): boolean {
  const epochs = (plan: unknown): number => (plan as { train: { max_epochs: number } }).train.max_epochs
  return epochs(now) > epochs(before)
}
