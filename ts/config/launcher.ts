import type { SweepJob } from './sweeper.ts'

/** How a job of a sweep ended. */
export interface JobOutcome {
  readonly job: SweepJob
  readonly status: 'completed' | 'failed'
  /** Of the job's process, or of the failure. */
  readonly exitCode: number
  /** The last words of a job that failed. */
  readonly error?: string | undefined
  readonly seconds: number
  readonly outputDir: string
  /** What the task returned, where the launcher can tell; sweepers optimise it. */
  readonly result?: unknown
}

/** A job that is ready to run. */
export interface LaunchJob {
  readonly job: SweepJob
  /** Its output directory, absolute. */
  readonly outputDir: string
  /** Told just before the job starts. */
  readonly onStart: () => void
}

/** Runs the jobs of a batch: one after another, side by side, or elsewhere. Never throws for a job that fails. */
export interface Launcher {
  readonly name: string
  /** Outcomes in the order of the jobs; `onEnd` is called as each one ends. */
  launch(jobs: readonly LaunchJob[], onEnd: (outcome: JobOutcome) => void): Promise<JobOutcome[]>
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

export interface SubprocessOptions {
  /** The command of a job, without its overrides: program and flags. */
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Jobs side by side. */
  readonly concurrency?: number | undefined
  /** Overrides of Hydra's own keys that all jobs share. */
  readonly hydraOverrides: readonly string[]
  /** Told to the job by the environment variable {@link SWEEP_JOB_VARIABLE}. */
  readonly message: (job: LaunchJob) => string
}

/** Tells a process that it is a job of a sweep, as JSON. */
export const SWEEP_JOB_VARIABLE = 'CLASSIFIER_TRAINING_SWEEP_JOB'

/** Runs each job in a process of its own, so that memory and device are free again when it ends. */
export function subprocessLauncher(options: SubprocessOptions): Launcher {
  const runOne = async (each: LaunchJob): Promise<JobOutcome> => {
    each.onStart()
    const started = performance.now()
    const child = Bun.spawn([...options.command, ...options.hydraOverrides, ...each.job.overrides], {
      cwd: options.cwd,
      env: { ...options.env, [SWEEP_JOB_VARIABLE]: options.message(each) },
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
    })
    const exitCode = await child.exited
    return {
      job: each.job,
      status: exitCode === 0 ? 'completed' : 'failed',
      exitCode,
      ...(exitCode !== 0 && { error: `exit code ${exitCode}` }),
      seconds: (performance.now() - started) / 1000,
      outputDir: each.outputDir,
    }
  }
  return {
    name: 'subprocess',
    async launch(jobs, onEnd) {
      const outcomes = new Map<number, JobOutcome>()
      const waiting = [...jobs.entries()]
      const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [index, each] = next
          const outcome = await runOne(each)
          outcomes.set(index, outcome)
          onEnd(outcome)
        }
      }
      await Promise.all(Array.from({ length: Math.max(1, options.concurrency ?? 1) }, worker))
      return [...outcomes].sort(([one], [other]) => one - other).map(([, outcome]) => outcome)
    },
  }
}
