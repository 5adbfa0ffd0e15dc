import { availableParallelism } from 'node:os'
import type { JobOutcome, Launcher } from '../config/launcher.ts'
import type { SweepContext } from '../config/run/sweep-context.ts'
import { type SubprocessOptions, subprocessLauncher } from '../config/subprocess-launcher.ts'
import { epochScores } from './epoch-scores.ts'
import { isWorthAgain } from './exit-policy.ts'
import { Halving } from './halving.ts'
import { modeOf, type Objective } from './objective.ts'
import type { LocalOptions } from './sweeper-options.ts'

const watchMilliseconds = 500

/** How the cores of a machine are shared. */
export interface CoreShare {
  readonly jobs: number
  /** Of each job; null: a job that runs alone takes what it finds. */
  readonly threads: number | null
}

export function shareCores(
  options: Pick<LocalOptions, 'n_jobs' | 'threads'>,
  cores = availableParallelism(),
): CoreShare {
  const jobs = options.n_jobs === -1 ? cores : (options.n_jobs ?? Math.max(1, Math.floor(cores / 2)))
  return { jobs, threads: options.threads ?? (jobs === 1 ? null : Math.max(1, Math.floor(cores / jobs))) }
}

/**
 * Trials side by side as processes of this machine, with the cores divided among them. A trial that crashed or was
 * interrupted goes on; one that falls behind is ended where early stopping is asked for.
 */
export function localLauncher(options: LocalOptions, context: SweepContext, objective: Objective): Launcher {
  const { jobs, threads } = shareCores(options)
  const { around } = context
  const stopping = options.early_stopping && earlyStopping(options.early_stopping, context, objective)
  return {
    ...subprocessLauncher({
      command: context.command,
      cwd: around.cwd,
      env: around.env,
      concurrency: jobs,
      hydraOverrides: context.hydraWords,
      moreOverrides: threads === null ? [] : [`trainer.threads=${threads}`],
      message: context.message,
      interrupt: context.interrupt,
      again: (exitCode, attempts) => isWorthAgain(exitCode) && attempts <= options.max_restarts,
      slotEnvironment: (slot) => deviceOf(slot, options.devices),
      watch: stopping?.watch,
    }),
    ...(stopping && { recall: stopping.recall }),
    name: 'local',
    place:
      jobs === 1
        ? 'locally'
        : `locally, ${jobs} at a time${threads === null ? '' : ` of ${threads} threads`}`,
  }
}

function deviceOf(slot: number, devices: readonly number[] | null): Record<string, string> {
  if (devices === null) return {}
  return { CUDA_VISIBLE_DEVICES: String(devices[slot % devices.length]) }
}

interface EarlyStopping {
  recall(outcomes: readonly JobOutcome[]): void
  watch: NonNullable<SubprocessOptions['watch']>
}

/** Reads what running trials log and ends those that fall behind; what earlier trials reached counts from the start. */
function earlyStopping(
  rules: NonNullable<LocalOptions['early_stopping']>,
  context: SweepContext,
  objective: Objective,
): EarlyStopping {
  const metric = rules.metric ?? objective.metric
  const mode = rules.mode ?? (rules.metric === null ? objective.mode : modeOf(metric))
  const halving = new Halving({ minEpochs: rules.min_epochs, factor: rules.reduction_factor, mode })
  const known = new Set<number>()
  /** Rungs that an earlier start of the trial reached were judged then. */
  const remember = (trial: number, outputDir: string): void => {
    if (known.has(trial)) return
    known.add(trial)
    for (const [epoch, score] of epochScores(outputDir, metric)) halving.report(trial, epoch, score)
  }
  return {
    recall(outcomes) {
      for (const { job, outputDir } of outcomes) remember(job.number, outputDir)
    },
    watch({ job: { number }, outputDir }, prune) {
      remember(number, outputDir)
      const look = (): void => {
        for (const [epoch, score] of epochScores(outputDir, metric)) {
          const verdict = halving.report(number, epoch, score)
          if (!verdict) continue
          const reason = `${metric} ${score} is place ${verdict.place} of ${verdict.of} after epoch ${verdict.epoch}`
          context.log('INFO', `\t#${number} ends early: ${reason}`)
          prune(reason)
          return
        }
      }
      const timer = setInterval(look, watchMilliseconds)
      return () => clearInterval(timer)
    },
  }
}
