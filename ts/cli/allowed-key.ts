import { callbackDefinitions } from '../callbacks/index.ts'
import { knownKey } from '../config/schema/known-key.ts'
import { loggerDefinitions } from '../logging/index.ts'

/** Whether the schema has a key, so that it may be set without `+`. */
export function allowedKey(path: string): boolean {
  return knownKey(path, { callbacks: callbackDefinitions, loggers: loggerDefinitions })
}
