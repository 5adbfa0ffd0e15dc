import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { learningRateMonitor } from '../../ts/callbacks/learning-rate-monitor.ts'
import { epochEvent, spanEvent, testRun } from './run-context.ts'

type Options = v.InferInput<typeof learningRateMonitor.schema>
const create = (options: Options) => learningRateMonitor.create(v.parse(learningRateMonitor.schema, options))
const { context } = testRun()

test('logs the rate under the name of the optimizer', () => {
  expect(create({}).epochEnd?.(epochEvent(0, {}), context)).toEqual([
    { kind: 'log', scalars: { 'lr-AdamW': 1e-3 } },
  ])
  const { plan } = context
  const sgd = testRun({
    train: {
      optimizer: {
        ...plan.train.optimizer,
        rule: { kind: 'sgd', momentum: 0.8, dampening: 0, nesterov: true },
        head_lr_multiplier: 10,
      },
    },
  }).context
  const actions = create({ log_momentum: true, log_weight_decay: true }).epochEnd?.(epochEvent(0, {}), sgd)
  expect(actions).toEqual([
    {
      kind: 'log',
      scalars: {
        'lr-SGD': 1e-3,
        'lr-SGD/head': 1e-2,
        'lr-SGD-momentum': 0.8,
        'lr-SGD-weight_decay': 1e-2,
      },
    },
  ])
})

test("follows the schedule's interval unless told", () => {
  const span = spanEvent(0, 1, 1)
  const stepwise = testRun({
    train: { schedule: { ...context.plan.train.schedule, interval: 'step' } },
  }).context
  expect(create({}).span?.(span, context)).toBeUndefined()
  expect(create({}).span?.(span, stepwise)).toHaveLength(1)
  expect(create({ logging_interval: 'step' }).span?.(span, context)).toHaveLength(1)
  expect(create({ logging_interval: 'epoch' }).span?.(span, stepwise)).toBeUndefined()
  expect(create({ logging_interval: 'step' }).epochEnd?.(epochEvent(0, {}), stepwise)).toHaveLength(1)
})
