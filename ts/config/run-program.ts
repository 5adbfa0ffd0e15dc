import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigError, Failure } from '../errors/index.ts'
import { type CommandLine, parseCommandLine } from './command-line.ts'
import { type ComposeTreeOptions, composeTree, hydraOf } from './compose-tree.ts'
import { explain, renderExplanation } from './explain.ts'
import { runJob } from './run/job.ts'
import { runMultirun } from './run/multirun.ts'
import { printWarnings } from './run/print-warnings.ts'
import type { Program, Surroundings } from './run/program.ts'
import { rerunComposition } from './run/rerun.ts'
import { complete } from './show/completion.ts'
import { argumentsOf, completionRemoval, completionScript, shellOf } from './show/completion-script.ts'
import { renderConfig } from './show/config.ts'
import { renderHelp, renderHydraHelp } from './show/help.ts'
import { renderInfo } from './show/info.ts'
import type { FileCache } from './sources/repository.ts'
import { SWEEP_JOB_VARIABLE } from './subprocess-launcher.ts'

/** Runs a program with a command line: shows, runs or sweeps. Returns the exit code; prints failures itself. */
export async function runProgram(
  program: Program,
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  try {
    return await dispatch(program, parseCommandLine(argv), surroundings)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    surroundings.printError(`${error.message}\n`)
    if (error.hint !== undefined) surroundings.printError(`${error.hint}\n`)
    return error.exitCode
  }
}

async function dispatch(program: Program, line: CommandLine, around: Surroundings): Promise<number> {
  const options = composeOptions(program, line, around)
  const { show } = line
  if (show) {
    around.print(shown(program, line, options, around))
    return 0
  }
  const sweepJob = sweepJobOf(around.env)
  const mode = sweepJob ? 'run' : modeOf(line, options, around)
  if (mode === 'multirun') return runMultirun({ program, line, options, around })
  const overrides = [...line.overrides, `hydra.mode=${sweepJob ? 'MULTIRUN' : 'RUN'}`]
  const now = sweepJob?.now ?? around.now
  const composition =
    line.rerun === undefined
      ? composeTree({ ...options, overrides, now })
      : rerunComposition(line.rerun, { ...options, overrides, now })
  printWarnings(composition, around)
  if (line.dryRun) {
    around.print(renderConfig(composition, { part: 'job', resolve: true }))
    return 0
  }
  const outcome = await runJob(program, composition, around, sweepJob?.place)
  return outcome.exitCode
}

function composeOptions(program: Program, line: CommandLine, around: Surroundings): ComposeTreeOptions {
  const cache: FileCache = new Map()
  const { configPath } = line
  const configDir =
    configPath === undefined || configPath.includes('://') ? configPath : resolve(program.baseDir, configPath)
  const configName = line.configName ?? program.configName
  const own = configDir ?? program.configDir
  const added = line.configDir === undefined ? undefined : resolve(around.cwd, line.configDir)
  const primary = `${configName.replace(/\.yaml$/, '')}.yaml`
  const addedFirst = program.addedTreeFirst && added !== undefined && existsSync(join(added, primary))
  return {
    configDir: addedFirst ? added : own,
    configName,
    additionalDir: addedFirst ? own : line.configDir,
    pluginDir: program.pluginDir,
    overrides: line.overrides,
    cwd: around.cwd,
    env: around.env,
    now: around.now,
    jobName: program.jobName,
    allowKey: program.allowKey,
    resolvers: program.resolvers,
    cache,
  }
}

function shown(
  program: Program,
  line: CommandLine,
  options: ComposeTreeOptions,
  around: Surroundings,
): string {
  const { show } = line
  if (show === undefined) throw new Error('nothing to show')
  if (show.kind === 'version') return `${program.name} ${program.version}\n`
  if (show.kind === 'completion') return completion(program, line, options, around)
  if (show.kind === 'hydra-help') return renderHydraHelp(composeTree({ ...options, configName: undefined }))
  if (show.kind === 'help' && program.help) return program.help(options)
  const composition = line.rerun === undefined ? composeTree(options) : rerunComposition(line.rerun, options)
  printWarnings(composition, around)
  switch (show.kind) {
    case 'help':
      return renderHelp(composition, { resolve: line.resolve })
    case 'info':
      return renderInfo(composition, show.info)
    case 'explain':
      return renderExplanation(explain(composition, show.key))
    case 'cfg':
      if (show.part !== 'plan') {
        return renderConfig(composition, {
          part: show.part,
          package: line.package,
          resolve: line.resolve,
          json: line.json,
        })
      }
      if (program.renderPlan) return program.renderPlan(composition, line.json)
      throw new ConfigError({ message: `${program.name} has no plan to show`, hint: 'use --cfg job' })
  }
}

function completion(
  program: Program,
  line: CommandLine,
  options: ComposeTreeOptions,
  around: Surroundings,
): string {
  const commands = line.overrides.filter((word) => /^(install|uninstall|query)=/.test(word))
  const [command, second] = commands
  if (command === undefined || second !== undefined) {
    throw new ConfigError({ message: 'expecting one of install=SHELL, uninstall=SHELL and query=SHELL' })
  }
  const [action, name = ''] = command.split('=')
  const shell = shellOf(name)
  if (action === 'install') return completionScript(shell, program.name)
  if (action === 'uninstall') return completionRemoval(shell, program.name)
  const candidates = complete(argumentsOf(around.env.COMP_LINE ?? ''), options)
  return candidates.map((candidate) => `${candidate}\n`).join('')
}

/** `-m` and `-r` decide; else `hydra.mode` of the configuration. */
function modeOf(line: CommandLine, options: ComposeTreeOptions, around: Surroundings): 'run' | 'multirun' {
  if (line.mode === 'run') return 'run'
  if (line.rerun !== undefined) return 'run'
  const configured = configuredMode(options)
  if (line.mode === 'multirun') {
    if (configured === 'RUN') around.printError('warning: hydra.mode=RUN has no effect with --multirun\n')
    return 'multirun'
  }
  return configured === 'MULTIRUN' ? 'multirun' : 'run'
}

/** Undefined where it cannot be told: composing properly says why. */
function configuredMode(options: ComposeTreeOptions): string | undefined {
  try {
    const mode = hydraOf(
      composeTree({ ...options, mode: 'multirun', overrides: options.overrides }).root,
    ).entries.get('mode')
    return mode?.kind === 'str' ? mode.value : undefined
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

/** What the parent process of a sweep says. */
function sweepJobOf(env: Surroundings['env']) {
  const text = env[SWEEP_JOB_VARIABLE]
  if (text === undefined) return undefined
  const { directory, number, now } = JSON.parse(text) as { directory: string; number: number; now: string }
  return { place: { directory, number }, now: new Date(now) }
}
