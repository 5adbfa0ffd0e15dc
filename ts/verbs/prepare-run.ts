import { existsSync, readdirSync, rmSync } from 'node:fs'
import type { CallbackDefinition } from '../callbacks/define.ts'
import type { Composition } from '../config/index.ts'
import { prepareRun, type SweepPlace } from '../config/run-directory.ts'
import type { ParsedConfig } from '../config/schema/parse-config.ts'
import { ConfigError } from '../errors/index.ts'
import type { LoggerDefinition } from '../logging/define.ts'
import { typedConfig } from './compose-training.ts'

export interface PreparedRun extends ParsedConfig<CallbackDefinition, LoggerDefinition> {
  /** Absolute path of the run folder, which exists. */
  readonly directory: string
  /** The configuration as plain values. */
  readonly plain: unknown
}

/** Makes the run folder of a composition and parses the configuration in it. A faulty one leaves no folder behind. */
export function prepareTrainingRun(composition: Composition, sweep?: SweepPlace): PreparedRun {
  const { path } = prepareRun(composition, sweep)
  if (path === undefined)
    throw new ConfigError({
      key: 'hydra.run.dir',
      message: 'a training needs a run folder',
      hint: 'leave hydra.run.dir as it is or name a folder',
    })
  try {
    return { ...typedConfig(composition), directory: path }
  } catch (error) {
    // Only Hydra's own files are in it: the folder was made just now.
    if (existsSync(path) && readdirSync(path).every((entry) => entry === '.hydra'))
      rmSync(path, { recursive: true })
    throw error
  }
}
