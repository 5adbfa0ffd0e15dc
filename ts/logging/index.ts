import { csvLogger } from './csv-logger.ts'
import type { LoggerDefinition } from './define.ts'
import { mlflowLogger } from './mlflow.ts'
import { tensorBoardLogger } from './tensorboard.ts'
import { wandbLogger } from './wandb.ts'

/** Every logger that a configuration may name. */
export const loggerDefinitions: readonly LoggerDefinition[] = [
  wandbLogger,
  tensorBoardLogger,
  csvLogger,
  mlflowLogger,
]
