import { DataError } from '../errors/index.ts'
import type { Session } from '../native/engine.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import type { Position } from '../native/spec.d.ts'
import type { Scalars, ValidationEvent } from '../train/callback.ts'
import { CheckpointStore } from '../train/checkpoint-store.ts'
import type { Run } from '../train/run.ts'
import { evaluationScalars } from '../train/scalars.ts'
import type { PlannedTraining } from './plan-training.ts'
import { withScored } from './scoring-plan.ts'

/** What scoring the test split came to. */
export interface TestOutcome {
  /** Null without a test split, or where it could not be scored. */
  readonly scalars: Scalars | null
  readonly failure: DataError | null
}

/**
 * Scores the test split after training, with the best checkpoint's weights where there is one. A file of it that cannot be
 * read is told, and does not take the finished training with it.
 */
export async function testBest(...parts: Parameters<typeof scoreTest>): Promise<TestOutcome> {
  try {
    return { scalars: await scoreTest(...parts), failure: null }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { scalars: null, failure: error }
  }
}

async function scoreTest(
  run: Run,
  engine: NativeEngine,
  planned: PlannedTraining,
  position: Position,
): Promise<Scalars | null> {
  const { context } = run
  const { limitTestBatches } = planned.run
  if (context.model.test_batches === 0 || limitTestBatches === 0) return null
  const best = await new CheckpointStore(context.directory).follow('best')
  const epoch = Math.max(0, position.epoch - 1)
  const score = async (session: Session): Promise<Scalars> => {
    const evaluation = await session.evaluate({
      split: 'test',
      weights: 'auto',
      limit_batches: limitTestBatches,
    })
    const { report } = evaluation
    const scalars = evaluationScalars('test', report, context.classes)
    const event: ValidationEvent = {
      epoch,
      position,
      evaluation,
      scalars,
      sanity: false,
      split: 'test',
      heatMaps: (request) => session.heatMaps({ ...request, split: 'test', weights: 'auto' }),
    }
    await run.perform(await run.hooks.ask('validationEnd', event, context), epoch, position)
    run.recorder.row(epoch, position, scalars)
    const weights = best ? "the best checkpoint's weights" : 'the last weights'
    context.logger.info(
      `test: acc ${(report.acc_top1 * 100).toFixed(1)} %, loss ${report.loss.toFixed(3)} on ${report.images} images with ${weights}`,
    )
    return scalars
  }
  return best ? withScored(engine, planned.plan, best, planned.dataset, score) : score(run.session)
}
