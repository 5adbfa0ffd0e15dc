import type { SweepJob } from './sweeper.ts'

/** How a job of a sweep stands when its launcher is done with it. */
export interface JobOutcome {
  readonly job: SweepJob
  /** `pruned`: ended early because others do better. `submitted`: it runs elsewhere, the sweep does not wait for it. */
  readonly status: 'completed' | 'failed' | 'pruned' | 'submitted' | 'interrupted'
  /** Of the job's process, or of the failure. */
  readonly exitCode: number
  /** The last words of a job that failed. */
  readonly error?: string | undefined
  readonly seconds: number
  readonly outputDir: string
  /** What the task returned, where the launcher can tell; sweepers optimise it. */
  readonly result?: unknown
  /** What the job is called where it runs. */
  readonly handle?: string | undefined
  /** How often it was started. */
  readonly attempts?: number | undefined
}

/** A job that is ready to run. */
export interface LaunchJob {
  readonly job: SweepJob
  /** Its output directory, absolute. */
  readonly outputDir: string
  /** The same, relative to the sweep's directory. */
  readonly subdirectory: string
  /** What an earlier start of the sweep noted about it. */
  readonly before?:
    | { readonly handle?: string | undefined; readonly attempts?: number | undefined }
    | undefined
  /** Told just before the job starts. */
  readonly onStart: () => void
}

/** Runs the jobs of a batch: one after another, side by side, or elsewhere. Never throws for a job that fails. */
export interface Launcher {
  readonly name: string
  /** Where the jobs run, for the log; default `locally`. */
  readonly place?: string | undefined
  /** Outcomes in the order of the jobs; `onEnd` is called as each one ends. */
  launch(jobs: readonly LaunchJob[], onEnd: (outcome: JobOutcome) => void): Promise<JobOutcome[]>
  /** Told before the first batch what earlier starts of the sweep brought to an end. */
  recall?(outcomes: readonly JobOutcome[]): void
  /** What `--dry-run` shows beside the list of jobs. */
  preview?(jobs: readonly LaunchJob[]): string
}

/** Runs all jobs in this process, one after another. For tests and for tasks that leave nothing behind. */
export function inProcessLauncher(run: (job: LaunchJob) => Promise<unknown>): Launcher {
  return {
    name: 'in-process',
    async launch(jobs, onEnd) {
      const outcomes: JobOutcome[] = []
      for (const each of jobs) {
        each.onStart()
        const outcome = await outcomeOf(each, () => run(each))
        outcomes.push(outcome)
        onEnd(outcome)
      }
      return outcomes
    },
  }
}

async function outcomeOf(each: LaunchJob, run: () => Promise<unknown>): Promise<JobOutcome> {
  const started = performance.now()
  const base = { job: each.job, outputDir: each.outputDir }
  const seconds = (): number => (performance.now() - started) / 1000
  try {
    const result = await run()
    return { ...base, status: 'completed', exitCode: 0, seconds: seconds(), result }
  } catch (error) {
    const exitCode = error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 1
    const message = error instanceof Error ? error.message : String(error)
    return { ...base, status: 'failed', exitCode, error: message, seconds: seconds() }
  }
}
