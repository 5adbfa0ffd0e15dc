import type { Composition } from '../config/index.ts'
import { typedConfig } from '../verbs/compose-training.ts'

/** Reads a trial's configuration as its training will. @throws ConfigError with all that is wrong */
export function checkedTrial(composition: Composition): void {
  typedConfig(composition)
}
