import type { LintRule } from './lint-rule.ts'

/** A warmup that takes the run, or most of it. */
export const longWarmup: LintRule = {
  name: 'long-warmup',
  check: ({ plan, run }) => {
    const { warmup, interval, warmup_start_factor } = plan.train.schedule
    const length = interval === 'epoch' ? run.maxEpochs : run.maxEpochs * run.stepsPerEpoch
    if (warmup === 0 || warmup <= length / 2) return undefined
    const reached = Math.min(1, warmup_start_factor + ((1 - warmup_start_factor) * (length - 1)) / warmup)
    return {
      key: 'model.warmup_epochs',
      message: `a warmup of ${warmup} ${interval}s in a run of ${length}: the learning rate gets to ${Math.round(reached * 100)} % of what was asked for`,
      hint: 'a twentieth of the run is enough',
    }
  },
}
