import * as v from 'valibot'
import { bool, choice, float, int, text } from '../config/schema/field.ts'
import type { Actions, Callback, RunContext, Scalars } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { unknownMetric } from './monitored-metric.ts'
import { lightningNames } from './python-names.ts'

const schema = v.strictObject({
  monitor: text('Metric to watch, as it is logged.'),
  min_delta: v.optional(float('A smaller change is no improvement.', { min: 0 }), 0),
  patience: v.optional(int('Checks without improvement after which the run stops.', { min: 0 }), 3),
  verbose: v.optional(bool('Log every improvement.'), false),
  mode: v.optional(choice('Which way is better.', ['min', 'max']), 'min'),
  strict: v.optional(bool('A metric that is not logged fails the run.'), true),
  check_finite: v.optional(bool('Stop when the metric is NaN or infinite.'), true),
  stopping_threshold: v.nullish(float('Stop as soon as the metric is better than this.'), null),
  divergence_threshold: v.nullish(float('Stop as soon as the metric is worse than this.'), null),
  check_on_train_epoch_end: v.nullish(
    bool('true: only at the end of an epoch; false, null: after every validation that gave the metric.'),
    null,
  ),
  log_rank_zero_only: v.optional(bool('Means nothing here: there is one process.'), false),
})

const State = v.object({
  wait_count: v.number(),
  stopped_epoch: v.number(),
  best_score: v.nullable(v.number()),
  stopping_reason: v.nullable(v.string()),
})

/** Stops a run whose monitored metric no longer improves: Lightning's EarlyStopping, checked on fresh values only. */
export const earlyStopping = defineCallback({
  name: 'early_stopping',
  aliases: lightningNames('early_stopping', 'EarlyStopping'),
  schema,
  create: (options): Callback => {
    const { monitor, mode, min_delta: minDelta } = options
    const better = (a: number, b: number): boolean => (mode === 'min' ? a < b : a > b)
    const worst = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    let best = worst
    let waited = 0
    let stoppedEpoch = 0
    let stoppingReason: string | null = null
    let checkedStep = -1

    const judge = (current: number, say: (message: string) => void): string | undefined => {
      if (options.check_finite && !Number.isFinite(current))
        return `${monitor} = ${current} is not finite; its best value was ${round(best)}`
      if (options.stopping_threshold !== null && better(current, options.stopping_threshold))
        return `${monitor} = ${round(current)} passed the stopping threshold ${options.stopping_threshold}`
      if (options.divergence_threshold !== null && better(-current, -options.divergence_threshold))
        return `${monitor} = ${round(current)} passed the divergence threshold ${options.divergence_threshold}`
      if (better(mode === 'min' ? current + minDelta : current - minDelta, best)) {
        const gain = Number.isFinite(best) ? ` by ${round(Math.abs(best - current))}` : ''
        say(`${monitor} improved${gain} to ${round(current)}`)
        best = current
        waited = 0
        return undefined
      }
      waited += 1
      if (waited < options.patience) return undefined
      return `${monitor} did not improve in the last ${waited} checks; its best value was ${round(best)}`
    }

    const check = (scalars: Scalars, epoch: number, step: number, context: RunContext): Actions => {
      const current = scalars[monitor]
      if (current === undefined) return undefined
      checkedStep = step
      const reason = judge(current, (message) => {
        if (options.verbose) context.logger.info(message)
      })
      if (reason === undefined) return undefined
      stoppedEpoch = epoch
      stoppingReason = reason
      return [{ kind: 'stop', reason: `early stopping: ${reason}` }]
    }

    return {
      name: 'early_stopping',
      role: 'controller',
      validationEnd: (event, context) => {
        if (event.sanity || event.split !== 'val' || options.check_on_train_epoch_end === true)
          return undefined
        // At the end of an epoch the whole epoch's metrics follow at once.
        if (event.position.batch === 0) return undefined
        return check(event.scalars, event.epoch, event.position.step, context)
      },
      epochEnd: (event, context) => {
        if (checkedStep === event.position.step) return undefined
        if (event.scalars[monitor] === undefined) {
          const due = event.evaluation !== undefined || context.model.val_batches === 0
          if (!due) return undefined
          const error = unknownMetric('early_stopping', monitor, Object.keys(event.scalars))
          if (options.strict) throw error
          context.logger.warn(error.message, { hint: error.hint })
          return undefined
        }
        return check(event.scalars, event.epoch, event.position.step, context)
      },
      state: () => ({
        wait_count: waited,
        stopped_epoch: stoppedEpoch,
        best_score: Number.isFinite(best) ? best : null,
        stopping_reason: stoppingReason,
      }),
      restore: (state) => {
        const kept = v.parse(State, state)
        waited = kept.wait_count
        stoppedEpoch = kept.stopped_epoch
        best = kept.best_score ?? worst
        stoppingReason = kept.stopping_reason
      },
    }
  },
})

function round(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}
