import * as v from 'valibot'
import { bool, choice } from '../config/schema/field.ts'
import type { Plan, TrainReport } from '../native/spec.d.ts'
import type { Actions, Callback, RunContext, Scalars } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { lightningNames } from './python-names.ts'

const schema = v.strictObject({
  logging_interval: v.nullish(choice("null: the schedule's own interval.", ['step', 'epoch']), null),
  log_momentum: v.optional(bool('Log the momentum (beta1 of AdamW) too.'), false),
  log_weight_decay: v.optional(bool('Log the weight decay too.'), false),
})

/** Class names of `torch.optim`, which name the learning rate's metric. */
const OPTIMIZER_CLASS = { adamw: 'AdamW', sgd: 'SGD' } as const

/** `lr-AdamW` or `lr-SGD`. */
export function learningRateMetric(plan: Plan): string {
  return `lr-${OPTIMIZER_CLASS[plan.train.optimizer.rule.kind]}`
}

/** Logs the learning rate of the last optimizer step; `…/head` beside it where the head has a rate of its own. */
export const learningRateMonitor = defineCallback({
  name: 'learning_rate_monitor',
  aliases: lightningNames('lr_monitor', 'LearningRateMonitor'),
  schema,
  create: (options): Callback => {
    const log = (interval: 'step' | 'epoch', report: TrainReport, { plan }: RunContext): Actions => {
      const wanted = options.logging_interval ?? plan.train.schedule.interval
      // The history keeps a value an epoch whatever the interval is: curves are drawn from it.
      if (interval === 'step' && wanted !== 'step') return undefined
      return [{ kind: 'log', scalars: statistics(plan, report) }]
    }
    const statistics = (plan: Plan, report: TrainReport): Scalars => {
      const { rule, head_lr_multiplier: headMultiplier, weight_decay: weightDecay } = plan.train.optimizer
      const metric = learningRateMetric(plan)
      const rate = report.last.learning_rate
      const momentum = rule.kind === 'adamw' ? rule.beta1 : rule.momentum
      return {
        [metric]: rate,
        ...(headMultiplier === 1 ? {} : { [`${metric}/head`]: rate * headMultiplier }),
        ...(options.log_momentum ? { [`${metric}-momentum`]: momentum } : {}),
        ...(options.log_weight_decay ? { [`${metric}-weight_decay`]: weightDecay } : {}),
      }
    }
    return {
      name: 'learning_rate_monitor',
      role: 'observer',
      span: (event, context) => log('step', event.report, context),
      epochEnd: (event, context) => log('epoch', event.train, context),
    }
  },
})
