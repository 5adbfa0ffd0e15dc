import { resolve } from 'node:path'
import { ConfigError } from '../../errors/index.ts'
import type { CommandLine } from '../command-line.ts'
import { type ComposeTreeOptions, type Composition, composeTree } from '../compose-tree.ts'
import { pythonText } from '../interpolation/python-text.ts'
import { type JobOutcome, type Launcher, type LaunchJob, subprocessLauncher } from '../launcher.ts'
import { parseOverrides } from '../overrides/parser.ts'
import { isHydraOverride } from '../overrides/value.ts'
import { hydraValue, prepareSweepDirectory, sweepSubdirectory, writeMultirunFile } from '../run-directory.ts'
import { expandSweep } from '../sweep.ts'
import { basicSweeper, type SweepJob } from '../sweeper.ts'
import { dumpYaml } from '../yaml/dump.ts'
import { openHydraLog } from './hydra-log.ts'
import { runJob } from './job.ts'
import { printWarnings } from './print-warnings.ts'
import type { Program, Surroundings } from './program.ts'
import {
  checkSameSweep,
  newSweepState,
  readSweepState,
  recordOutcome,
  type SweepState,
  writeSweepState,
} from './sweep-state.ts'

export interface MultirunOptions {
  readonly program: Program
  readonly line: CommandLine
  readonly options: ComposeTreeOptions
  readonly around: Surroundings
}

/**
 * Runs a sweep: all jobs are composed once before the first starts, one that fails does not stop the others, and the same
 * command in the same directory goes on where it stopped. Exit code 1 when a job failed.
 * @throws ConfigError
 */
export async function runMultirun(multirun: MultirunOptions): Promise<number> {
  const { program, line, options, around } = multirun
  const masterOptions: ComposeTreeOptions = {
    ...options,
    overrides: [...line.overrides.filter((word) => !word.startsWith('hydra.mode=')), 'hydra.mode=MULTIRUN'],
    mode: 'multirun',
  }
  const master = composeTree(masterOptions)
  printWarnings(master, around)
  const jobs = sweepJobs(master)
  const hydraWords = master.overrides.filter(isHydraOverride).map((override) => override.text)
  const compose = (job: SweepJob, now: Date): Composition => {
    return composeTree({ ...options, overrides: [...hydraWords, ...job.overrides], mode: 'run', now })
  }
  const subdirectories = composeAll(jobs, (job) => compose(job, around.now))
  if (line.dryRun) {
    around.print(jobs.map((job) => `#${job.number} : ${job.overrides.join(' ')}\n`).join(''))
    return 0
  }
  const directory = prepareSweepDirectory(master)
  const { state, isResumed } = openState(directory, jobs, configHash(master), around.now)
  if (!isResumed) writeMultirunFile(directory, master)
  const now = new Date(state.started)
  const launcher = launcherOf(multirun, master, hydraWords, directory, now, (number) => {
    const job = jobs[number]
    if (job === undefined) throw new Error(`no job ${number}`)
    return runJob(program, compose(job, now), around, { directory, number })
  })
  const outcomes = await launchAll({ jobs, state, directory, launcher, master, subdirectories, around })
  return finish(outcomes, directory, master, multirun)
}

/** All jobs, `hydra.sweeper.params` before the command line's words. */
function sweepJobs(master: Composition): SweepJob[] {
  const params = hydraValue(master, ['sweeper', 'params'])
  const words =
    params?.kind === 'map' ? [...params.entries].map(([key, node]) => `${key}=${pythonText(node)}`) : []
  const task = master.overrides.filter((override) => !isHydraOverride(override))
  const own = parseOverrides(words, { random: master.options.random })
  const groupOptions = (group: string): readonly string[] => master.repository.options(group)
  const random = master.options.random
  const jobs = expandSweep([...own, ...task], { groupOptions, random })
  return [...(basicSweeper(jobs).jobs ?? [])]
}

/** Composes each job, so that a mistake shows before the first one starts. Gives each job's directory. @throws ConfigError naming the job */
function composeAll(jobs: readonly SweepJob[], compose: (job: SweepJob) => Composition): string[] {
  return jobs.map((job) => {
    try {
      return sweepSubdirectory(compose(job), job.number)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const problems = error.problems.map((problem) => ({
        ...problem,
        message: `job #${job.number} (${job.overrides.join(' ')}): ${problem.message}`,
      }))
      throw new ConfigError(problems)
    }
  })
}

function configHash(master: Composition): string {
  const task = {
    ...master.root,
    entries: new Map([...master.root.entries].filter(([key]) => key !== 'hydra')),
  }
  return new Bun.CryptoHasher('sha256').update(dumpYaml(task)).digest('hex')
}

function openState(
  directory: string,
  jobs: readonly SweepJob[],
  hash: string,
  now: Date,
): { state: SweepState; isResumed: boolean } {
  const known = readSweepState(directory)
  if (known === undefined) {
    const state = newSweepState(jobs, hash, now)
    writeSweepState(directory, state)
    return { state, isResumed: false }
  }
  checkSameSweep(known, jobs, hash, directory)
  return { state: known, isResumed: true }
}

function launcherOf(
  { program, around, line }: MultirunOptions,
  master: Composition,
  hydraWords: readonly string[],
  directory: string,
  now: Date,
  run: (number: number) => Promise<{ exitCode: number; error?: string | undefined; result?: unknown }>,
): Launcher {
  if (program.launcher) {
    return program.launcher(async (number) => {
      const outcome = await run(number)
      if (outcome.exitCode === 0) return outcome.result
      throw Object.assign(new Error(outcome.error ?? 'the job failed'), { exitCode: outcome.exitCode })
    })
  }
  const count = hydraValue(master, ['launcher', 'n_jobs'])
  return subprocessLauncher({
    command: [...program.command, ...flagWords(line)],
    cwd: around.cwd,
    env: around.env,
    concurrency: count?.kind === 'int' ? Number(count.value) : 1,
    hydraOverrides: hydraWords.filter((word) => !word.startsWith('hydra.mode=')),
    message: ({ job }) => JSON.stringify({ directory, number: job.number, now: now.toISOString() }),
  })
}

/** The flags that a job needs too: where its configuration comes from. */
function flagWords(line: CommandLine): string[] {
  const flags: [string, string | undefined][] = [
    ['--config-path', line.configPath],
    ['--config-name', line.configName],
    ['--config-dir', line.configDir],
  ]
  return flags.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
}

interface LaunchOptions {
  readonly jobs: readonly SweepJob[]
  readonly state: SweepState
  readonly directory: string
  readonly launcher: Launcher
  readonly master: Composition
  /** By job number, relative to the sweep's directory. */
  readonly subdirectories: readonly string[]
  readonly around: Surroundings
}

async function launchAll({
  jobs,
  state,
  directory,
  launcher,
  master,
  subdirectories,
  around,
}: LaunchOptions): Promise<JobOutcome[]> {
  const log = openHydraLog(master, around.print)
  const maxBatch = hydraValue(master, ['sweeper', 'max_batch_size'])
  const size = maxBatch?.kind === 'int' ? Number(maxBatch.value) : undefined
  const open = jobs.filter((job) => state.jobs[job.number]?.status !== 'completed')
  if (open.length < jobs.length) {
    log.write('INFO', 'HYDRA', `${jobs.length - open.length} of ${jobs.length} jobs are already completed`)
  }
  const sweeper = basicSweeper(
    open.map((job) => job.overrides),
    size,
  )
  const outcomes: JobOutcome[] = doneOutcomes(state)
  for (let batch = sweeper.next(outcomes); batch; batch = sweeper.next(outcomes)) {
    log.write('INFO', 'HYDRA', `Launching ${batch.length} jobs locally`)
    const ready = batch.map((each): LaunchJob => {
      const job = open[each.number] ?? each
      return {
        job,
        outputDir: resolve(directory, subdirectories[job.number] ?? ''),
        onStart: () => {
          log.write('INFO', 'HYDRA', `\t#${job.number} : ${job.overrides.join(' ')}`)
          setStatus(state, job.number, directory)
        },
      }
    })
    const ended = await launcher.launch(ready, (outcome) => {
      recordOutcome(state, outcome)
      writeSweepState(directory, state)
    })
    outcomes.push(...ended)
  }
  return outcomes.sort((one, other) => one.job.number - other.job.number)
}

function setStatus(state: SweepState, number: number, directory: string): void {
  const job = state.jobs[number]
  if (job) job.status = 'running'
  writeSweepState(directory, state)
}

/** Jobs that were completed by an earlier start of the sweep. */
function doneOutcomes(state: SweepState): JobOutcome[] {
  return state.jobs
    .filter((job) => job.status === 'completed')
    .map((job) => ({
      job: { number: job.number, overrides: job.overrides },
      status: 'completed',
      exitCode: 0,
      seconds: job.seconds ?? 0,
      outputDir: job.outputDir ?? '',
    }))
}

async function finish(
  outcomes: readonly JobOutcome[],
  directory: string,
  composition: Composition,
  { program, around }: MultirunOptions,
): Promise<number> {
  const failed = outcomes.filter((outcome) => outcome.status === 'failed')
  if (program.reportSweep) around.print(await program.reportSweep({ directory, outcomes, composition }))
  if (failed.length === 0) return 0
  around.printError(`${failed.length} of ${outcomes.length} jobs failed:\n`)
  for (const { job, exitCode, error } of failed) {
    around.printError(
      `\t#${job.number} : ${job.overrides.join(' ')}  (exit code ${exitCode}${error ? `: ${error}` : ''})\n`,
    )
  }
  return 1
}
