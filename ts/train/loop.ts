import type { Evaluation } from '../native/engine.ts'
import type { Position, TrainReport } from '../native/spec.d.ts'
import type { Scalars, ValidationEvent } from './callback.ts'
import type { LoopOptions } from './loop-options.ts'
import type { Run } from './run.ts'
import { epochScalars, evaluationScalars, spanScalars } from './scalars.ts'

/** How training ended; `interrupted` can be resumed. */
export interface LoopResult {
  readonly status: 'completed' | 'stopped' | 'interrupted'
  readonly reason: string | null
  readonly position: Position
  /** The last epoch's metrics. */
  readonly final: Scalars
}

/** Trains from `start` until the plan, a callback or `interrupt` ends it. */
export async function trainLoop(
  run: Run,
  options: LoopOptions,
  start: Position,
  interrupt: AbortSignal,
): Promise<LoopResult> {
  const { session, hooks, context } = run
  const deadline = options.maxSeconds === null ? Infinity : performance.now() + options.maxSeconds * 1000
  let position = start
  let loggedStep = start.step
  let final: Scalars = context.history.records.at(-1)?.scalars ?? {}
  const onAbort = (): void => session.stop()
  interrupt.addEventListener('abort', onAbort)
  try {
    if (start.step === 0 && run.phase === 'train' && options.sanityBatches > 0) await sanityCheck()
    if (run.phase === 'epoch_end' && run.trainReport && !(await endEpoch(run.trainReport.epoch)))
      return interrupted()
    while (!finished()) {
      const epoch = position.epoch
      let report: TrainReport
      do {
        if (interrupt.aborted) return interrupted()
        report = await span(epoch)
        if (report.stopped && !report.epoch_done) return interrupted()
        if (!report.epoch_done && validationDue(position)) {
          const evaluation = await validate(epoch, false)
          if (!evaluation) return interrupted()
          run.recorder.row(epoch, position, await announce(epoch, evaluation, false))
        }
      } while (!report.epoch_done && !finished())
      run.phase = 'epoch_end'
      if (!(await endEpoch(epoch))) return interrupted()
    }
    await run.settle()
    return {
      status: run.stopReason === undefined ? 'completed' : 'stopped',
      reason: run.stopReason ?? null,
      position,
      final,
    }
  } finally {
    interrupt.removeEventListener('abort', onAbort)
  }

  function finished(): boolean {
    if (run.stopReason !== undefined && position.epoch >= options.minEpochs) return true
    if (performance.now() > deadline) run.stopReason ??= 'max_time reached'
    if (options.maxSteps !== null && position.step >= options.maxSteps) return true
    return position.epoch >= options.maxEpochs || performance.now() > deadline
  }

  async function span(epoch: number): Promise<TrainReport> {
    const began = performance.now()
    const report = await session.train(spanLength(position, options, hooks.intervals()))
    position = report.position
    run.spanDone(report)
    if (report.span.images === 0) return report
    const imagesPerSecond = (report.span.images * 1000) / (performance.now() - began)
    const asked = await hooks.ask('span', { report, position, imagesPerSecond }, context)
    const due = position.step % options.logEverySteps === 0 && position.step !== loggedStep
    const logged = asked.flatMap((action) => (action.kind === 'log' ? Object.entries(action.scalars) : []))
    if (due) {
      loggedStep = position.step
      run.recorder.row(epoch, position, {
        ...spanScalars(report, imagesPerSecond),
        ...Object.fromEntries(logged),
      })
    }
    await run.perform(asked, epoch, position)
    return report
  }

  /** Validation, callbacks, history and checkpoint at the end of an epoch; false where it was interrupted before. */
  async function endEpoch(epoch: number): Promise<boolean> {
    const due = options.limitValBatches !== 0 && (epoch + 1) % options.validateEveryEpochs === 0
    const evaluation = due ? await validate(epoch, false) : undefined
    if (due && !evaluation) return false
    const train = run.trainReport
    if (!train) throw new TypeError('an epoch ended without a training report')
    const logged = evaluation ? await announce(epoch, evaluation, false) : {}
    const scalars = { ...epochScalars(train), ...logged }
    context.history.add({ epoch, step: position.step, scalars })
    final = scalars
    const willContinue = !finished()
    const actions = await hooks.ask(
      'epochEnd',
      { epoch, position, scalars, train, evaluation, willContinue },
      context,
    )
    for (const action of actions) if (action.kind === 'log') final = { ...final, ...action.scalars }
    context.history.amend(final)
    const { 'train/loss': _, ...row } = final
    run.recorder.row(epoch, position, row)
    run.phase = 'train'
    await run.perform(actions, epoch, position)
    await run.checkpoint(position)
    return true
  }

  async function validate(epoch: number, sanity: boolean): Promise<Evaluation | undefined> {
    const limit = sanity ? options.sanityBatches : options.limitValBatches
    const evaluation = await session.evaluate({ split: 'val', weights: 'auto', limit_batches: limit })
    if (evaluation.report.stopped) return undefined
    context.logger.debug('validated', { epoch, seconds: evaluation.report.seconds })
    return evaluation
  }

  async function announce(epoch: number, evaluation: Evaluation, sanity: boolean): Promise<Scalars> {
    const scalars = evaluationScalars('val', evaluation.report, context.classes)
    const event: ValidationEvent = {
      epoch,
      position,
      evaluation,
      scalars,
      sanity,
      split: 'val',
      heatMaps: (request) => session.heatMaps({ ...request, split: 'val', weights: 'auto' }),
    }
    const logged = await run.perform(await hooks.ask('validationEnd', event, context), epoch, position)
    return { ...scalars, ...logged }
  }

  async function sanityCheck(): Promise<void> {
    const evaluation = await validate(0, true)
    if (evaluation) await announce(0, evaluation, true)
  }

  async function interrupted(): Promise<LoopResult> {
    await run.checkpoint(position)
    await run.settle()
    return { status: 'interrupted', reason: 'signal', position, final }
  }

  function validationDue(at: Position): boolean {
    const every = options.validateEveryBatches
    return options.limitValBatches !== 0 && every !== null && at.batch > 0 && at.batch % every === 0
  }
}

/** Micro-batches until the next place where something is due: a logged step, a callback's interval, a validation, the last step. */
export function spanLength(position: Position, options: LoopOptions, intervals: readonly number[]): number {
  const { accumulate } = options
  const steps = [options.logEverySteps, ...intervals].map((every) => every - (position.step % every))
  if (options.maxSteps !== null) steps.push(options.maxSteps - position.step)
  const toStep = Math.min(...steps) * accumulate - (position.batch % accumulate)
  const every = options.validateEveryBatches
  const toValidation = every === null ? Infinity : every - (position.batch % every)
  return Math.max(1, Math.min(toStep, toValidation))
}
