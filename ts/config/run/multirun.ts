import { resolve } from 'node:path'
import type { CommandLine } from '../command-line.ts'
import { type ComposeTreeOptions, type Composition, composeTree } from '../compose-tree.ts'
import type { JobOutcome, Launcher } from '../launcher.ts'
import { isHydraOverride } from '../overrides/value.ts'
import { hydraText, hydraValue, prepareSweepDirectory, writeMultirunFile } from '../run-directory.ts'
import { subprocessLauncher } from '../subprocess-launcher.ts'
import type { Sweeper, SweepJob } from '../sweeper.ts'
import { dumpYaml } from '../yaml/dump.ts'
import { openHydraLog } from './hydra-log.ts'
import { type RunOutcome, runJob } from './job.ts'
import { launchJobs } from './launch-jobs.ts'
import { printWarnings } from './print-warnings.ts'
import type { Program, Surroundings } from './program.ts'
import type { SweepContext } from './sweep-context.ts'
import {
  checkSameSweep,
  newSweepState,
  readSweepState,
  type SweepState,
  writeSweepState,
} from './sweep-state.ts'
import { basicSweeper, composeAll, sweepWords } from './sweep-words.ts'

export interface MultirunOptions {
  readonly program: Program
  readonly line: CommandLine
  readonly options: ComposeTreeOptions
  readonly around: Surroundings
}

/** Some job can go on: the same command does that. */
const RESUMABLE = 75

/**
 * Runs a sweep: all jobs are composed once before the first starts, one that fails does not stop the others, and the same
 * command in the same directory goes on where it stopped. Exit code 1 when a job failed, 75 when a signal ended the sweep.
 * @throws ConfigError
 */
export async function runMultirun(multirun: MultirunOptions): Promise<number> {
  const { program, line, options, around } = multirun
  const master = composeTree({
    ...options,
    overrides: [...line.overrides.filter((word) => !word.startsWith('hydra.mode=')), 'hydra.mode=MULTIRUN'],
    mode: 'multirun',
  })
  printWarnings(master, around)
  const hydraWords = master.overrides.filter(isHydraOverride).map((override) => override.text)
  const compose = (job: SweepJob, now: Date): Composition => {
    return composeTree({ ...options, overrides: [...hydraWords, ...job.overrides], mode: 'run', now })
  }
  const signals = watchSignals()
  try {
    const draft = contextOf(multirun, master, signals.signal)
    const sweeper = (await program.sweeper?.(draft)) ?? basicSweeper(master, draft.words)
    const subdirectories =
      sweeper.kind === 'listed'
        ? composeAll(sweeper.jobs, (job) => compose(job, around.now), program.check)
        : new Map<number, string>()
    if (line.dryRun) return await show(sweeper, subdirectories, draft, program)
    const directory = prepareSweepDirectory(master, program.stageOf)
    const { state, isResumed } = openState(directory, sweeper, configHash(master, sweeper), around.now)
    if (!isResumed) writeMultirunFile(directory, master)
    const context = contextOf(multirun, master, signals.signal, { directory, state })
    const now = new Date(state.started)
    const launcher = await launcherOf(program, context, (number) => {
      const job = state.jobs[number]
      if (job === undefined) throw new Error(`no job ${number}`)
      return runJob(program, compose(job, now), around, { directory, number })
    })
    const outcomes = await launchJobs({
      sweeper,
      state,
      launcher,
      context,
      check: program.check,
      compose: (job) => compose(job, now),
      resultOf: async (outcome) => program.resultOf?.(outcome, context),
    })
    return await finish(outcomes, context, program)
  } finally {
    signals.dispose()
  }
}

function contextOf(
  { program, line, around }: MultirunOptions,
  master: Composition,
  interrupt: AbortSignal,
  opened?: { readonly directory: string; readonly state: SweepState },
): SweepContext {
  const flags = flagsOf(line)
  const directory =
    opened?.directory ?? resolve(hydraText(master, ['runtime', 'cwd']), hydraText(master, ['sweep', 'dir']))
  const now = opened?.state.started ?? around.now.toISOString()
  const log = openHydraLog(master, around.printLog ?? around.print)
  return {
    master,
    directory,
    id: opened?.state.id ?? 'dry-run',
    command: [...program.command, ...flags.map(({ name, value }) => `${name}=${value}`)],
    flags,
    hydraWords: master.overrides
      .filter(isHydraOverride)
      .map((override) => override.text)
      .filter((word) => !word.startsWith('hydra.mode=')),
    words: sweepWords(master),
    message: ({ job }) => JSON.stringify({ directory, number: job.number, now }),
    around,
    log: (level, message) => log.write(level, 'HYDRA', message),
    interrupt,
  }
}

/** The flags that a job needs too: where its configuration comes from. */
function flagsOf(line: CommandLine): { name: string; value: string }[] {
  const flags: [string, string | undefined][] = [
    ['--config-path', line.configPath],
    ['--config-name', line.configName],
    ['--config-dir', line.configDir],
  ]
  return flags.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
}

async function launcherOf(
  program: Program,
  context: SweepContext,
  run: (number: number) => Promise<RunOutcome>,
): Promise<Launcher> {
  const inProcess = async (number: number): Promise<unknown> => {
    const outcome = await run(number)
    if (outcome.exitCode === 0) return outcome.result
    throw Object.assign(new Error(outcome.error ?? 'the job failed'), { exitCode: outcome.exitCode })
  }
  const own = await program.launcher?.(inProcess, context)
  if (own) return own
  const count = hydraValue(context.master, ['launcher', 'n_jobs'])
  return subprocessLauncher({
    command: context.command,
    cwd: context.around.cwd,
    env: context.around.env,
    concurrency: count?.kind === 'int' ? Number(count.value) : 1,
    hydraOverrides: context.hydraWords,
    message: context.message,
    interrupt: context.interrupt,
  })
}

function configHash(master: Composition, sweeper: Sweeper): string {
  const task = {
    ...master.root,
    entries: new Map([...master.root.entries].filter(([key]) => key !== 'hydra')),
  }
  const hasher = new Bun.CryptoHasher('sha256').update(dumpYaml(task))
  if (sweeper.kind === 'sampling') hasher.update(sweeper.space)
  return hasher.digest('hex')
}

function openState(
  directory: string,
  sweeper: Sweeper,
  hash: string,
  now: Date,
): { state: SweepState; isResumed: boolean } {
  const known = readSweepState(directory)
  if (known === undefined) {
    const state = newSweepState(sweeper, hash, now)
    writeSweepState(directory, state)
    return { state, isResumed: false }
  }
  checkSameSweep(known, sweeper, hash, directory)
  return { state: known, isResumed: true }
}

/** What would run, and how. */
async function show(
  sweeper: Sweeper,
  subdirectories: ReadonlyMap<number, string>,
  context: SweepContext,
  program: Program,
): Promise<number> {
  const { print } = context.around
  if (sweeper.kind === 'sampling') {
    print(`${sweeper.total} jobs sampled by ${sweeper.name} from\n${sweeper.space}\n`)
    await sweeper.close()
    return 0
  }
  print(sweeper.jobs.map((job) => `#${job.number} : ${job.overrides.join(' ')}\n`).join(''))
  const launcher = await program.launcher?.(async () => undefined, context)
  if (!launcher?.preview) return 0
  const ready = sweeper.jobs.map((job) => {
    const subdirectory = subdirectories.get(job.number) ?? String(job.number)
    return { job, subdirectory, outputDir: resolve(context.directory, subdirectory), onStart: () => {} }
  })
  print(launcher.preview(ready))
  return 0
}

async function finish(
  outcomes: readonly JobOutcome[],
  { directory, master, around, interrupt }: SweepContext,
  program: Program,
): Promise<number> {
  const failed = outcomes.filter((outcome) => outcome.status === 'failed')
  if (program.reportSweep)
    around.print(await program.reportSweep({ directory, outcomes, composition: master }))
  if (failed.length > 0) {
    around.printError(`${failed.length} of ${outcomes.length} jobs failed:\n`)
    for (const { job, exitCode, error } of failed) {
      around.printError(
        `\t#${job.number} : ${job.overrides.join(' ')}  (exit code ${exitCode}${error && error !== `exit code ${exitCode}` ? `: ${error}` : ''})\n`,
      )
    }
  }
  if (interrupt.aborted) return RESUMABLE
  return failed.length > 0 ? 1 : 0
}

/** The first SIGINT, SIGTERM or SIGHUP lets the running jobs save; a second one ends the sweep at once. */
function watchSignals(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  for (const name of names) process.on(name, listener)
  return {
    signal: controller.signal,
    dispose() {
      for (const name of names) process.off(name, listener)
    },
  }
}
