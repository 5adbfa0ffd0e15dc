import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { CallbackDefinition } from '../callbacks/define.ts'
import { callbackDefinitions } from '../callbacks/index.ts'
import type { CommandLine } from '../config/command-line.ts'
import {
  type ComposeTreeOptions,
  type Composition,
  composeTree,
  resolveTree,
  taskOf,
  toPlain,
} from '../config/index.ts'
import { knownKey } from '../config/schema/known-key.ts'
import { type ParsedConfig, parseConfig } from '../config/schema/parse-config.ts'
import { ConfigError } from '../errors/index.ts'
import type { LoggerDefinition } from '../logging/define.ts'
import { loggerDefinitions } from '../logging/index.ts'
import { thisMachine } from '../native/machine.ts'

export const defaultConfig = 'train'

/** Our own tree. */
export function ownConfigs(): string {
  return join(thisMachine().packageRoot, 'configs')
}

/**
 * Where a command line's configuration comes from. `--config-path` replaces our tree. `--config-dir` adds one; if the primary
 * config lies in it, it is a tree of its own and comes before ours.
 */
export function composeOptions(line: CommandLine): ComposeTreeOptions {
  const configName = (line.configName ?? defaultConfig).replace(/\.yaml$/, '')
  const own = line.configPath === undefined ? ownConfigs() : resolve(line.configPath)
  const added = line.configDir === undefined ? undefined : resolve(line.configDir)
  if (added !== undefined && !existsSync(added))
    throw new ConfigError({
      message: `Additional config directory '${line.configDir}' not found`,
      hint: '--config-dir names a folder of YAML groups, relative to where the command is started',
    })
  const addedFirst = added !== undefined && existsSync(join(added, `${configName}.yaml`))
  return {
    configDir: addedFirst ? added : own,
    additionalDir: addedFirst ? own : added,
    configName,
    overrides: line.overrides,
    jobName: 'train',
    allowKey: (path) => knownKey(path, { callbacks: callbackDefinitions, loggers: loggerDefinitions }),
  }
}

export function composeTraining(line: CommandLine, mode: 'run' | 'multirun' = 'run'): Composition {
  return composeTree({ ...composeOptions(line), mode })
}

/** The typed configuration of a composition, and the same as plain values. Throws a ConfigError with all problems. */
export function typedConfig(
  composition: Composition,
): ParsedConfig<CallbackDefinition, LoggerDefinition> & { readonly plain: unknown } {
  const resolved = taskOf(resolveTree(composition))
  const parsed = parseConfig(resolved, {
    callbacks: callbackDefinitions,
    loggers: loggerDefinitions,
    unresolved: taskOf(composition.root),
  })
  return { ...parsed, plain: toPlain(resolved) }
}

/** Removes a run folder that holds nothing but Hydra's own files: its configuration was faulty. */
export function discardEmptyRun(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).every((entry) => entry === '.hydra'))
    rmSync(directory, { recursive: true })
}
