import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../errors/index.ts'
import type { JobOutcome } from '../launcher.ts'
import type { SweepJob } from '../sweeper.ts'

export type JobStatus = 'pending' | 'running' | 'completed' | 'failed'

export interface SweepJobState {
  readonly number: number
  readonly overrides: readonly string[]
  status: JobStatus
  outputDir?: string | undefined
  exitCode?: number | undefined
  seconds?: number | undefined
}

/** `sweep.json`: what ran, so that the same command in the same directory goes on where it stopped. */
export interface SweepState {
  readonly version: 1
  /** When the sweep began; `${now:}` of all its jobs, resumed ones too. */
  readonly started: string
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
  const { version, started, configHash, jobs } = value as Record<string, unknown>
  return version === 1 && typeof started === 'string' && typeof configHash === 'string' && Array.isArray(jobs)
}

/** Replaces the file as a whole, so that a reader never sees half of it. */
export function writeSweepState(directory: string, state: SweepState): void {
  const file = join(directory, FILE)
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

export function newSweepState(jobs: readonly SweepJob[], configHash: string, started: Date): SweepState {
  return {
    version: 1,
    started: started.toISOString(),
    configHash,
    jobs: jobs.map(({ number, overrides }) => ({ number, overrides, status: 'pending' })),
  }
}

/** @throws ConfigError when the directory holds another sweep */
export function checkSameSweep(
  state: SweepState,
  jobs: readonly SweepJob[],
  configHash: string,
  directory: string,
): void {
  const same =
    state.jobs.length === jobs.length && jobs.every((job, index) => sameOverrides(job, state.jobs[index]))
  if (same && state.configHash === configHash) return
  const what = same ? 'another base configuration' : `other jobs (${state.jobs.length}, now ${jobs.length})`
  throw new ConfigError({
    key: 'hydra.sweep.dir',
    message: `${directory} holds a sweep with ${what}, so it cannot be continued`,
    hint: 'use the same command to go on with it, or choose another hydra.sweep.dir',
  })
}

function sameOverrides(job: SweepJob, state: SweepJobState | undefined): boolean {
  return state !== undefined && job.overrides.join('\n') === state.overrides.join('\n')
}

/** Notes the outcome of a job. */
export function recordOutcome(state: SweepState, outcome: JobOutcome): void {
  const job = state.jobs.find(({ number }) => number === outcome.job.number)
  if (!job) return
  job.status = outcome.status
  job.exitCode = outcome.exitCode
  job.seconds = Math.round(outcome.seconds * 1000) / 1000
  job.outputDir = outcome.outputDir
}
