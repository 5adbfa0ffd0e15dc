import { confusionMatrix } from './confusion-matrix.ts'
import type { CallbackDefinition } from './define.ts'
import { earlyStopping } from './early-stopping.ts'
import { learningRateMonitor } from './learning-rate-monitor.ts'
import { modelCheckpoint } from './model-checkpoint.ts'
import { trainingHistory } from './training-history.ts'

/** Every callback that a configuration may name. */
export const callbackDefinitions: readonly CallbackDefinition[] = [
  confusionMatrix,
  earlyStopping,
  learningRateMonitor,
  modelCheckpoint,
  trainingHistory,
]
