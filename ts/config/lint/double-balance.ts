import type { LintRule } from './lint-rule.ts'

/** Class weights in the loss and a balancing sampler: rare classes count twice over. */
export const doubleBalance: LintRule = {
  name: 'double-balance',
  check: ({ plan, config }) => {
    const { loss } = plan.train
    const weighted = loss.kind === 'logit_adjusted' || loss.class_weights !== null
    if (!weighted || plan.train_loader.sampler.kind !== 'weighted') return undefined
    const first = loss.kind === 'logit_adjusted' ? 'model.loss_name' : 'data.class_weights'
    return {
      key: first,
      message: `balances the classes, and data.sampler.mode=${config.data.sampler.mode} does too: rare classes count twice over`,
      hint: 'keep one: data.sampler.mode=disabled, or data.class_weights=none',
    }
  },
}
