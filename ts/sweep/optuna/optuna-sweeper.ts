import type { JobOutcome } from '../../config/launcher.ts'
import type { Sweeper } from '../../config/sweeper.ts'
import type { Objective } from '../objective.ts'
import { randomTrials } from '../random-sweeper.ts'
import { type Dimension, describeSpace, numberText, type SearchSpace } from '../search-space.ts'
import type { OptunaOptions } from '../sweeper-options.ts'
import { type AskAndTell, startOptuna, type Told } from './ask-and-tell.ts'

/**
 * Trials that Optuna proposes, a few at a time. What it must know is read from how earlier trials went, so a sweep goes on
 * after a restart without a data base. Where Optuna is not to be had, trials are drawn at random and the log says so.
 */
export function optunaSweeper(
  space: SearchSpace,
  options: OptunaOptions,
  objective: Objective,
  log: (level: 'INFO' | 'WARNING', message: string) => void,
): Sweeper {
  const { _target_: sampler, ...rest } = options.sampler ?? { _target_: 'TPESampler' as const }
  const direction = options.direction ?? (objective.mode === 'max' ? 'maximize' : 'minimize')
  const metric = options.metric ?? objective.metric
  const drawn = randomTrials(space, options.n_trials, typeof rest.seed === 'number' ? rest.seed : 0)
  const told = new Set<number>()
  let optuna: AskAndTell | undefined
  let missing: string | undefined
  const start = async (): Promise<void> => {
    if (optuna || missing !== undefined) return
    const opening = { sampler, arguments: rest, direction, dimensions: space.dimensions } as const
    const started = await startOptuna(options.python, opening)
    if (typeof started !== 'string') {
      optuna = started
      log('INFO', `Optuna ${started.version} (${sampler}) is to ${direction} ${metric}`)
      return
    }
    missing = started
    log('WARNING', `${started}; trials are drawn at random instead (${options.python} -m pip install optuna)`)
  }
  return {
    kind: 'sampling',
    name: 'Optuna',
    total: options.n_trials,
    space: describeSpace(space),
    async next(outcomes) {
      await start()
      const first = outcomes.length
      const count = Math.min(options.n_jobs, options.n_trials - first)
      if (count <= 0) return []
      if (!optuna) return drawn.slice(first, first + count)
      const fresh = outcomes.filter(({ job }) => !told.has(job.number))
      for (const { job } of fresh) told.add(job.number)
      const asked = Array.from({ length: count }, (_, index) => first + index)
      const trials = await optuna.exchange(
        fresh.flatMap((outcome) => toldOf(outcome, space)),
        asked,
      )
      return trials.map((params) => [
        ...space.fixed,
        ...space.dimensions.map(({ key, kind }) => `${key}=${textOf(params[key], kind)}`),
      ])
    },
    close: async () => optuna?.close(),
  }
}

function textOf(value: number | string | undefined, kind: Dimension['kind']): string {
  return typeof value === 'number' && kind === 'float' ? numberText(value) : String(value)
}

/** A trial as Optuna knows it; nothing where its words are not of this space. */
function toldOf({ job, status, result }: JobOutcome, space: SearchSpace): Told[] {
  const params: Record<string, number | string> = {}
  for (const dimension of space.dimensions) {
    const word = job.overrides.find((each) => each.startsWith(`${dimension.key}=`))
    if (word === undefined) return []
    const text = word.slice(dimension.key.length + 1)
    params[dimension.key] = dimension.kind === 'choice' ? text : Number(text)
  }
  const value =
    typeof result === 'number' && Number.isFinite(result) && status === 'completed' ? result : null
  const state = value !== null ? 'COMPLETE' : status === 'pruned' ? 'PRUNED' : 'FAIL'
  return [{ trial: job.number, params, value, state }]
}
