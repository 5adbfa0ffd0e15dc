import { Failure } from '../../errors/index.ts'
import type { Composition } from '../compose-tree.ts'
import type { JobOutcome } from '../launcher.ts'
import { hydraValue, prepareRun, type SweepPlace } from '../run-directory.ts'
import { openTaskLog } from './hydra-log.ts'
import type { JobLog } from './job-log.ts'
import type { Program, Surroundings } from './program.ts'

/** What a task gets. */
export interface Job {
  readonly composition: Composition
  /** Absolute; undefined where nothing is to be written. */
  readonly outputDir: string | undefined
  /** Where the results belong in the end, when `outputDir` is only a stage for it. */
  readonly remote?: string | undefined
  /** Its number in a sweep. */
  readonly number: number | undefined
  /** Override words of the task. */
  readonly overrides: readonly string[]
  /** Puts back Hydra's files of the run that was in the folder before: the job is not to go on with it. */
  readonly restoreFiles?: (() => void) | undefined
  /** Opens the log that `hydra.job_logging` asks for. */
  readonly openLog: () => JobLog
}

/** How a sweep ended. */
export interface SweepReport {
  readonly directory: string
  readonly outcomes: readonly JobOutcome[]
  /** The master configuration. */
  readonly composition: Composition
}

export interface RunOutcome {
  readonly exitCode: number
  readonly result?: unknown
  readonly error?: string | undefined
  readonly outputDir: string | undefined
}

/** Prepares the directory of a job and runs the task in it; a failure is printed with the job's overrides. */
export async function runJob(
  program: Program,
  composed: Composition,
  around: Surroundings,
  sweep?: SweepPlace,
): Promise<RunOutcome> {
  const composition = withEnvironment(composed)
  const directory = prepareRun(composition, sweep, program.stageOf)
  const overrides = taskOverrides(composition)
  const job: Job = {
    composition,
    outputDir: directory.path,
    remote: directory.remote,
    number: sweep?.number,
    overrides,
    restoreFiles: directory.restore,
    openLog: () => openTaskLog(composition, around.print),
  }
  const back = enter(composition, directory.path)
  try {
    return { exitCode: 0, result: await program.task(job), outputDir: directory.path }
  } catch (error) {
    const list = overrides.map((word) => `'${word}'`).join(', ')
    const message = error instanceof Error ? error.message : String(error)
    around.printError(`Error executing job with overrides: [${list}]\n${message}\n`)
    if (error instanceof Failure && error.hint !== undefined) around.printError(`${error.hint}\n`)
    const exitCode = error instanceof Failure ? error.exitCode : 1
    return { exitCode, error: message, outputDir: directory.path }
  } finally {
    back()
  }
}

function taskOverrides(composition: Composition): string[] {
  const node = hydraValue(composition, ['overrides', 'task'])
  return node?.kind === 'list' ? node.items.map((item) => ('value' in item ? String(item.value) : '')) : []
}

/** `hydra.job.env_set` on top of the environment. */
function withEnvironment(composition: Composition): Composition {
  const set = environmentOf(composition)
  if (set.length === 0) return composition
  const env = { ...composition.context.env, ...Object.fromEntries(set) }
  return { ...composition, context: { ...composition.context, env } }
}

function environmentOf(composition: Composition): [string, string][] {
  const node = hydraValue(composition, ['job', 'env_set'])
  if (node?.kind !== 'map') return []
  return [...node.entries].map(([name, value]) => [name, 'value' in value ? String(value.value) : ''])
}

/** Sets what the process itself must know; gives the way back. */
function enter(composition: Composition, directory: string | undefined): () => void {
  const before = new Map<string, string | undefined>()
  for (const [name, value] of environmentOf(composition)) {
    before.set(name, process.env[name])
    process.env[name] = value
  }
  const chdir = hydraValue(composition, ['job', 'chdir'])
  const cwd = process.cwd()
  const moves = chdir?.kind === 'bool' && chdir.value && directory !== undefined
  if (moves) process.chdir(directory)
  return () => {
    if (moves) process.chdir(cwd)
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
