import type { Evaluated, EvaluateOptions } from './verbs/library/evaluate.ts'
import type { PredictOptions } from './verbs/library/predict.ts'
import type { TrainOptions } from './verbs/library/train.ts'
import type { FileAnswer } from './verbs/predict.ts'
import type { TrainingOutcome } from './verbs/training-job.ts'

export {
  CheckpointError,
  ConfigError,
  type ConfigProblem,
  DataError,
  DeviceError,
  DivergedError,
  EngineBug,
  Failure,
} from './errors/index.ts'
export type { Logger } from './logging/logger.ts'
export type { Interval } from './metrics/bootstrap.ts'
export type { Dataset, Evaluation, HeatMaps, Picture } from './native/engine.ts'
export type {
  ClassReport,
  DatasetSummary,
  EvaluateReport,
  HeatMapReport,
  HeatMapRequest,
  OpenReport,
  Plan,
  Position,
  Split,
  TrainReport,
} from './native/spec.d.ts'
export type {
  Action,
  Actions,
  Callback,
  EpochEvent,
  RunContext,
  RunEndEvent,
  Scalars,
  SpanEvent,
  ValidationEvent,
} from './train/callback.ts'
export type { EpochRecord, History } from './train/history.ts'
export type { Best } from './train/run-state.ts'
export type { Summary, Timing } from './train/summary.ts'
export type { Evaluated, EvaluateOptions, ScoredImage } from './verbs/library/evaluate.ts'
export type { PredictOptions } from './verbs/library/predict.ts'
export type { TrainOptions } from './verbs/library/train.ts'
export type { FileAnswer, Prediction } from './verbs/predict.ts'
export type { TrainingOutcome } from './verbs/training-job.ts'

/**
 * Trains what a configuration says until it is complete, stopped or interrupted, as the command `train` does: the same
 * configuration, run folder, resuming and result. Signals are the caller's affair (`signal`), and so are sweeps,
 * `hydra.job.chdir` and `hydra.job.env_set`.
 * @returns the summary, the absolute run folder, and whether the run was complete before
 * @throws Failure: a ConfigError with all problems at once, a DataError, CheckpointError, DeviceError or DivergedError
 */
export async function train(options: TrainOptions = {}): Promise<TrainingOutcome> {
  return (await import('./verbs/library/train.ts')).train(options)
}

/**
 * Scores a model on a split, with the preprocessing that it was validated with. Writes nothing.
 * @throws Failure
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
  return (await import('./verbs/library/evaluate.ts')).evaluate(options)
}

/**
 * Answers images one by one, in their order. An image that cannot be read is answered by its `failure`, and the rest go on.
 * The model is freed when the iteration ends, however it ends.
 * @throws Failure where there is no model, or no image at all
 */
export async function* predict(options: PredictOptions): AsyncGenerator<FileAnswer, void, undefined> {
  yield* (await import('./verbs/library/predict.ts')).predict(options)
}
