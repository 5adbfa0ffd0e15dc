import type { OptimizerRule, OptimizerSpec } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'

/** Radius of SAM and of ASAM in their papers (Foret et al. 2021, Kwon et al. 2021). */
const radius = { sam: 0.05, asam: 2 } as const

/** The optimizer group joined with the learning rate and weight decay of the model group. */
export function resolveOptimizer({ optimizer, model }: Config): OptimizerSpec {
  const name = optimizer.name ?? optimizer._target_ ?? 'adamw'
  const sharp = name === 'sam' || name === 'asam'
  return {
    rule: ruleOf(sharp ? optimizer.base : name, optimizer),
    learning_rate: optimizer.learning_rate ?? optimizer.lr ?? model.learning_rate,
    weight_decay: optimizer.weight_decay ?? model.weight_decay,
    no_decay_norm_bias: optimizer.no_decay_norm_bias,
    head_lr_multiplier: optimizer.head_lr_multiplier,
    sam: sharp ? { rho: optimizer.rho ?? radius[name], adaptive: name === 'asam' } : null,
  }
}

function ruleOf(name: 'adamw' | 'sgd', options: Config['optimizer']): OptimizerRule {
  const [beta1, beta2] = options.betas
  if (name === 'adamw') return { kind: 'adamw', beta1, beta2, eps: options.eps }
  return { kind: 'sgd', momentum: options.momentum, dampening: options.dampening, nesterov: options.nesterov }
}
