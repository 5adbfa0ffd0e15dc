import { resolve } from 'node:path'
import type { Composition } from '../compose-tree.ts'
import type { JobOutcome, Launcher, LaunchJob } from '../launcher.ts'
import { openBatches, type Sweeper, type SweepJob } from '../sweeper.ts'
import type { SweepContext } from './sweep-context.ts'
import { addJobs, recordOutcome, type SweepState, settledOutcomes, writeSweepState } from './sweep-state.ts'
import { composeAll } from './sweep-words.ts'

export interface LaunchOptions {
  readonly sweeper: Sweeper
  readonly state: SweepState
  readonly launcher: Launcher
  readonly context: SweepContext
  readonly compose: (job: SweepJob) => Composition
  readonly check?: ((composition: Composition) => void) | undefined
  /** What the task returned, for sweepers that sample. */
  readonly resultOf: (outcome: JobOutcome) => Promise<unknown>
}

/** Runs what is still to be run of a sweep; outcomes of all its jobs, in order. */
export async function launchJobs(options: LaunchOptions): Promise<JobOutcome[]> {
  const { sweeper, state, context } = options
  const outcomes = settledOutcomes(state)
  const settled = new Set(outcomes.map(({ job }) => job.number))
  if (outcomes.length > 0) {
    const total = sweeper.kind === 'listed' ? sweeper.jobs.length : sweeper.total
    context.log('INFO', `${outcomes.length} of ${total} jobs are already completed`)
  }
  options.launcher.recall?.(outcomes)
  const run = async (batch: readonly SweepJob[]): Promise<void> => {
    for (const outcome of await launchBatch(batch, options)) outcomes.push(outcome)
  }
  if (sweeper.kind === 'listed') {
    for (const batch of openBatches(sweeper, ({ number }) => !settled.has(number))) {
      if (context.interrupt.aborted) break
      await run(batch)
    }
  } else {
    // What an earlier start sampled comes first: the sampler must know how it went.
    const left = state.jobs.filter(({ number }) => !settled.has(number))
    if (left.length > 0) await run(left)
    await sample(sweeper, outcomes, run, options)
  }
  return outcomes.sort((one, other) => one.job.number - other.job.number)
}

async function sample(
  sweeper: Extract<Sweeper, { kind: 'sampling' }>,
  outcomes: readonly JobOutcome[],
  run: (batch: readonly SweepJob[]) => Promise<void>,
  { state, context, resultOf }: LaunchOptions,
): Promise<void> {
  try {
    // What runs elsewhere is not known yet: the same command goes on from there.
    while (!context.interrupt.aborted && outcomes.every(({ status }) => status !== 'submitted')) {
      const known = await Promise.all(
        outcomes.map(async (outcome) => ({
          ...outcome,
          result: outcome.result ?? (await resultOf(outcome)),
        })),
      )
      known.sort((one, other) => one.job.number - other.job.number)
      const batch = addJobs(state, await sweeper.next(known))
      if (batch.length === 0) return
      writeSweepState(context.directory, state)
      await run(batch)
    }
  } finally {
    await sweeper.close()
  }
}

async function launchBatch(
  batch: readonly SweepJob[],
  { state, launcher, context, compose, check }: LaunchOptions,
): Promise<JobOutcome[]> {
  const { directory, log } = context
  const subdirectories = composeAll(batch, compose, check)
  log('INFO', `Launching ${batch.length} jobs ${launcher.place ?? 'locally'}`)
  const ready = batch.map((job): LaunchJob => {
    const subdirectory = subdirectories.get(job.number) ?? String(job.number)
    const noted = state.jobs.find(({ number }) => number === job.number)
    return {
      job,
      subdirectory,
      outputDir: resolve(directory, subdirectory),
      before: { handle: noted?.handle, attempts: noted?.attempts },
      onStart: () => {
        log('INFO', `\t#${job.number} : ${job.overrides.join(' ')}`)
        if (noted) noted.status = 'running'
        writeSweepState(directory, state)
      },
    }
  })
  return launcher.launch(ready, (outcome) => {
    recordOutcome(state, outcome)
    writeSweepState(directory, state)
  })
}
