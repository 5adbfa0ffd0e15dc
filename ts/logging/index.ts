import { csvLogger } from './csv-logger.ts'
import type { LoggerDefinition } from './define.ts'

/** Every logger that a configuration may name. */
export const loggerDefinitions: readonly LoggerDefinition[] = [csvLogger]
