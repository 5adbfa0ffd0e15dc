import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../errors/index.ts'
import type { JobOutcome } from '../launcher.ts'
import type { Sweeper, SweepJob } from '../sweeper.ts'

export type JobStatus = 'pending' | 'running' | JobOutcome['status']

export interface SweepJobState {
  readonly number: number
  readonly overrides: readonly string[]
  status: JobStatus
  outputDir?: string | undefined
  exitCode?: number | undefined
  seconds?: number | undefined
  /** What the job is called where it runs. */
  handle?: string | undefined
  /** How often it was started. */
  attempts?: number | undefined
  /** Why it was pruned. */
  reason?: string | undefined
}

/** `sweep.json`: what ran, so that the same command in the same directory goes on where it stopped. */
export interface SweepState {
  readonly version: 2
  /** When the sweep began; `${now:}` of all its jobs, resumed ones too. */
  readonly started: string
  /** A name that no other sweep has. */
  readonly id: string
  /** SHA-256 of the configuration that all jobs share. */
  readonly configHash: string
  readonly jobs: SweepJobState[]
}

const FILE = 'sweep.json'

export function readSweepState(directory: string): SweepState | undefined {
  const file = join(directory, FILE)
  if (!existsSync(file)) return undefined
  const state = parseState(readFileSync(file, 'utf8'))
  if (state) return state
  throw new ConfigError({
    message: `${file} is not readable as the state of a sweep`,
    hint: 'delete it to start the sweep again, or choose another hydra.sweep.dir',
  })
}

function parseState(text: string): SweepState | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isState(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isState(value: unknown): value is SweepState {
  if (typeof value !== 'object' || value === null) return false
  const { version, started, id, configHash, jobs } = value as Record<string, unknown>
  const texts = [started, id, configHash].every((text) => typeof text === 'string')
  return version === 2 && texts && Array.isArray(jobs)
}

/** Replaces the file as a whole, so that a reader never sees half of it. */
export function writeSweepState(directory: string, state: SweepState): void {
  const file = join(directory, FILE)
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

export function newSweepState(sweeper: Sweeper, configHash: string, started: Date): SweepState {
  const jobs = sweeper.kind === 'listed' ? sweeper.jobs : []
  return {
    version: 2,
    started: started.toISOString(),
    id: `${started.toISOString().replace(/\D/g, '').slice(0, 14)}-${crypto.randomUUID().slice(0, 8)}`,
    configHash,
    jobs: jobs.map(({ number, overrides }) => ({ number, overrides, status: 'pending' })),
  }
}

/** Appends what a sampler chose. */
export function addJobs(state: SweepState, chosen: readonly (readonly string[])[]): SweepJob[] {
  const jobs = chosen.map((overrides, index) => ({ number: state.jobs.length + index, overrides }))
  state.jobs.push(...jobs.map((job) => ({ ...job, status: 'pending' as const })))
  return jobs
}

/** @throws ConfigError when the directory holds another sweep */
export function checkSameSweep(
  state: SweepState,
  sweeper: Sweeper,
  configHash: string,
  directory: string,
): void {
  const same = sweeper.kind === 'sampling' || sameJobs(state, sweeper.jobs)
  if (same && state.configHash === configHash) return
  const count = sweeper.kind === 'listed' ? sweeper.jobs.length : sweeper.total
  const what = same ? 'another base configuration' : `other jobs (${state.jobs.length}, now ${count})`
  throw new ConfigError({
    key: 'hydra.sweep.dir',
    message: `${directory} holds a sweep with ${what}, so it cannot be continued`,
    hint: 'use the same command to go on with it, or choose another hydra.sweep.dir',
  })
}

function sameJobs(state: SweepState, jobs: readonly SweepJob[]): boolean {
  return (
    state.jobs.length === jobs.length &&
    jobs.every((job, index) => job.overrides.join('\n') === state.jobs[index]?.overrides.join('\n'))
  )
}

/** Notes how a job stands. */
export function recordOutcome(state: SweepState, outcome: JobOutcome): void {
  const job = state.jobs.find(({ number }) => number === outcome.job.number)
  if (!job) return
  job.status = outcome.status
  job.exitCode = outcome.exitCode
  job.seconds = Math.round(outcome.seconds * 1000) / 1000
  job.outputDir = outcome.outputDir
  if (outcome.handle !== undefined) job.handle = outcome.handle
  if (outcome.attempts !== undefined) job.attempts = outcome.attempts
  if (outcome.status === 'pruned' && outcome.error !== undefined) job.reason = outcome.error
}

/** Jobs that an earlier start of the sweep brought to an end that stays. */
export function settledOutcomes(state: SweepState): JobOutcome[] {
  return state.jobs.flatMap((job) =>
    job.status === 'completed' || job.status === 'pruned'
      ? [
          {
            job: { number: job.number, overrides: job.overrides },
            status: job.status,
            exitCode: job.exitCode ?? 0,
            seconds: job.seconds ?? 0,
            outputDir: job.outputDir ?? '',
            ...(job.reason !== undefined && { error: job.reason }),
          },
        ]
      : [],
  )
}
