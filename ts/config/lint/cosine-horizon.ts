import { earlyStoppingOf } from './early-stopping-of.ts'
import type { LintRule } from './lint-rule.ts'

const annealing = ['cosine', 'polynomial', 'one_cycle']

/** A schedule that anneals over all epochs against early stopping that ends most runs long before. */
export const cosineHorizon: LintRule = {
  name: 'cosine-horizon',
  check: ({ config, plan, run }) => {
    const stopping = earlyStoppingOf(config)
    const { curve } = plan.train.schedule
    if (stopping === undefined || !annealing.includes(curve.kind)) return undefined
    const checksPerEpoch = Math.max(
      1,
      Math.floor(run.batchesPerEpoch / (run.validateEveryBatches ?? run.batchesPerEpoch)),
    )
    const patience = Math.ceil((stopping.patience * run.validateEveryEpochs) / checksPerEpoch)
    if (patience >= run.maxEpochs / 2) return undefined
    return {
      key: `${stopping.key}.patience`,
      message: `early stopping waits ${patience} epochs, the ${curve.kind} schedule anneals over ${run.maxEpochs}: most runs end before the learning rate comes down`,
      hint: `fewer trainer.max_epochs (about ${Math.max(patience * 2, 1)}), more patience, or scheduler.name=constant`,
    }
  },
}
