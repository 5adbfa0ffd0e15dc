import * as v from 'valibot'
import type { Actions, Callback, RunContext, Scalars } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { unknownMetric } from './monitored-metric.ts'
import { lightningNames } from './python-names.ts'

const schema = v.strictObject({
  monitor: v.pipe(v.string(), v.nonEmpty(), v.description('Metric to watch, as it is logged.')),
  min_delta: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 0),
    v.description('A change smaller than or equal to this is no improvement.'),
  ),
  patience: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 3),
    v.description('Checks without improvement after which the run stops.'),
  ),
  verbose: v.optional(v.boolean(), false),
  mode: v.optional(v.picklist(['min', 'max']), 'min'),
  strict: v.pipe(v.optional(v.boolean(), true), v.description('A metric that is not logged fails the run.')),
  check_finite: v.pipe(
    v.optional(v.boolean(), true),
    v.description('Stop when the metric is NaN or infinite.'),
  ),
  stopping_threshold: v.pipe(
    v.nullish(v.number(), null),
    v.description('Stop as soon as the metric is better.'),
  ),
  divergence_threshold: v.pipe(v.nullish(v.number(), null), v.description('Stop as soon as it is worse.')),
  check_on_train_epoch_end: v.pipe(
    v.nullish(v.boolean(), null),
    v.description(
      'true: only at the end of an epoch. false, null: after every validation that gave the metric.',
    ),
  ),
  log_rank_zero_only: v.pipe(
    v.optional(v.boolean(), false),
    v.description('Accepted; there is one process.'),
  ),
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
