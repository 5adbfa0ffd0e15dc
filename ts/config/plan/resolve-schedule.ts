import type { ScheduleCurve, ScheduleSpec } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'

/** The learning rate's course over `epochs` epochs of `stepsPerEpoch` optimizer steps, at most `maxSteps` in all. */
export function resolveSchedule(
  config: Config,
  epochs: number,
  stepsPerEpoch: number,
  maxSteps: number | null,
): ScheduleSpec {
  const { scheduler, model } = config
  const perStep = scheduler.interval === 'step'
  const warmupEpochs = scheduler.name === 'one_cycle' ? 0 : (scheduler.warmup_epochs ?? model.warmup_epochs)
  const warmup = perStep ? (scheduler.warmup_steps ?? warmupEpochs * stepsPerEpoch) : warmupEpochs
  const steps = Math.min(epochs * stepsPerEpoch, maxSteps ?? Number.POSITIVE_INFINITY)
  const total = perStep ? steps : Math.ceil(steps / stepsPerEpoch)
  return {
    interval: scheduler.interval,
    warmup,
    warmup_start_factor: scheduler.warmup_start_factor ?? model.warmup_start_factor,
    curve: curveOf(config),
    // A warmup longer than the run is cut off by the run's end; the curve after it keeps a length of one.
    total: Math.max(total, warmup + 1),
  }
}

function curveOf({ scheduler, model }: Config): ScheduleCurve {
  switch (scheduler.name) {
    case 'cosine':
      return { kind: 'cosine', eta_min_factor: scheduler.eta_min_factor ?? model.cosine_eta_min_factor }
    case 'step':
      return { kind: 'step', step_size: scheduler.step_size, gamma: scheduler.gamma }
    case 'multistep':
      return { kind: 'multistep', milestones: [...scheduler.milestones], gamma: scheduler.gamma }
    case 'one_cycle': {
      const { max_factor, pct_start, div_factor, final_div_factor } = scheduler
      return { kind: 'one_cycle', max_factor, pct_start, div_factor, final_div_factor }
    }
    case 'polynomial':
      return { kind: 'polynomial', power: scheduler.power }
    case 'constant':
      return { kind: 'constant' }
  }
}
