import type { JobOutcome, Launcher, LaunchJob } from './launcher.ts'

/** Tells a process that it is a job of a sweep, as JSON. Its standard input ends when the sweep does. */
export const SWEEP_JOB_VARIABLE = 'CLASSIFIER_TRAINING_SWEEP_JOB'

/** Saved and can go on: what a job answers that a signal ended. */
const RESUMABLE = 75

export interface SubprocessOptions {
  /** The command of a job, without its overrides: program and flags. */
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Jobs side by side. */
  readonly concurrency?: number | undefined
  /** Overrides of Hydra's own keys that all jobs share. */
  readonly hydraOverrides: readonly string[]
  /** Further overrides of a job, which are not part of its name. */
  readonly moreOverrides?: readonly string[] | undefined
  /** Further variables of a job, by the place at which it runs: 0, 1, … below `concurrency`. */
  readonly slotEnvironment?: ((slot: number) => Readonly<Record<string, string>>) | undefined
  /** Told to the job by the environment variable {@link SWEEP_JOB_VARIABLE}. */
  readonly message: (job: LaunchJob) => string
  /** Ends the running jobs, which save, and starts no more. */
  readonly interrupt?: AbortSignal | undefined
  /** Whether a job that ended with this code after so many starts is started once more. */
  readonly again?: ((exitCode: number, attempts: number) => boolean) | undefined
  /** Follows a running job; `prune` ends it for good. Gives what is to be called when the job has ended. */
  readonly watch?: ((job: LaunchJob, prune: (reason: string) => void) => () => void) | undefined
}

/** Runs each job in a process of its own, so that memory and device are free again when it ends. */
export function subprocessLauncher(options: SubprocessOptions): Launcher {
  return {
    name: 'subprocess',
    async launch(jobs, onEnd) {
      const outcomes = new Map<number, JobOutcome>()
      const waiting = [...jobs.entries()]
      const worker = async (slot: number): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          if (options.interrupt?.aborted) return
          const [index, each] = next
          const outcome = await runJobProcess(each, options, slot)
          outcomes.set(index, outcome)
          onEnd(outcome)
        }
      }
      await Promise.all(
        Array.from({ length: Math.max(1, options.concurrency ?? 1) }, (_, slot) => worker(slot)),
      )
      return [...outcomes].sort(([one], [other]) => one - other).map(([, outcome]) => outcome)
    },
  }
}

async function runJobProcess(each: LaunchJob, options: SubprocessOptions, slot: number): Promise<JobOutcome> {
  const started = performance.now()
  let pruned: string | undefined
  let attempts = 0
  let exitCode: number
  each.onStart()
  do {
    attempts++
    exitCode = await runOnce(each, options, slot, (reason) => {
      pruned = reason
    })
  } while (
    exitCode !== 0 &&
    pruned === undefined &&
    !options.interrupt?.aborted &&
    options.again?.(exitCode, attempts)
  )
  const common = {
    job: each.job,
    exitCode,
    seconds: (performance.now() - started) / 1000,
    outputDir: each.outputDir,
    attempts,
  }
  if (exitCode === 0) return { ...common, status: 'completed' }
  if (pruned !== undefined && exitCode === RESUMABLE) return { ...common, status: 'pruned', error: pruned }
  const interrupted = exitCode === RESUMABLE && options.interrupt?.aborted
  return { ...common, status: interrupted ? 'interrupted' : 'failed', error: `exit code ${exitCode}` }
}

async function runOnce(
  each: LaunchJob,
  options: SubprocessOptions,
  slot: number,
  onPrune: (reason: string) => void,
): Promise<number> {
  const words = [...options.hydraOverrides, ...(options.moreOverrides ?? []), ...each.job.overrides]
  const child = Bun.spawn([...options.command, ...words], {
    cwd: options.cwd,
    env: { ...options.env, ...options.slotEnvironment?.(slot), [SWEEP_JOB_VARIABLE]: options.message(each) },
    // A group of its own: Ctrl-C reaches the sweep alone, which passes it on once. The open pipe ends with this process,
    // however it ends, and tells the job to save and stop.
    detached: true,
    stdin: 'pipe',
    stdout: 'inherit',
    stderr: 'inherit',
  })
  let asked = false
  const ask = (): void => {
    if (!asked) child.kill('SIGTERM')
    asked = true
  }
  options.interrupt?.addEventListener('abort', ask)
  const unwatch = options.watch?.(each, (reason) => {
    onPrune(reason)
    ask()
  })
  try {
    return await child.exited
  } finally {
    unwatch?.()
    options.interrupt?.removeEventListener('abort', ask)
  }
}
