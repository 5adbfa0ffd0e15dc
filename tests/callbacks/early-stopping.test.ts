import { describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import { earlyStopping } from '../../ts/callbacks/early-stopping.ts'
import { ConfigError } from '../../ts/errors/index.ts'
import { epochEvent, testRun, validationEvent } from './run-context.ts'

type Options = v.InferInput<typeof earlyStopping.schema> & { monitor: string }
const create = (options: Options) => earlyStopping.create(v.parse(earlyStopping.schema, options))

/** The epoch (from 0) at which the callback asks to stop, and why. */
function stops(options: Options, values: readonly number[]): [epoch: number, reason: string] | undefined {
  const callback = create(options)
  const { context } = testRun()
  for (const [epoch, value] of values.entries()) {
    const actions = callback.epochEnd?.(epochEvent(epoch, { [options.monitor]: value }), context)
    if (actions instanceof Promise) throw new Error('stopping is decided at once')
    for (const action of actions ?? []) if (action.kind === 'stop') return [epoch, action.reason]
  }
  return undefined
}

describe('early stopping', () => {
  // The epochs are those at which Lightning 2.6's EarlyStopping sets should_stop on the same values.
  test.each<[Options, number[], number | undefined]>([
    [{ monitor: 'val/loss' }, [1, 1.1, 1.2, 1.3, 1.4], 3],
    [{ monitor: 'val/loss', patience: 2 }, [1, 0.9, 0.9, 0.9, 0.9], 3],
    [{ monitor: 'val/loss', patience: 2, min_delta: 0.05 }, [1, 0.97, 0.96, 0.5], 2],
    [{ monitor: 'val/loss', patience: 0 }, [1, 0.9, 0.95], 2],
    [{ monitor: 'acc', mode: 'max', patience: 2 }, [0.1, 0.2, 0.15, 0.18], 3],
    [{ monitor: 'acc', mode: 'max', min_delta: 0.1, patience: 1 }, [0.1, 0.25, 0.3], 2],
    [{ monitor: 'acc', mode: 'max', stopping_threshold: 0.9 }, [0.5, 0.9, 0.91], 2],
    [{ monitor: 'val/loss', divergence_threshold: 5 }, [1, 5, 5.1], 2],
    [{ monitor: 'acc', mode: 'max', divergence_threshold: 0.2 }, [0.5, 0.2, 0.1], 2],
    [{ monitor: 'val/loss' }, [1, Number.NaN], 1],
    [{ monitor: 'val/loss' }, [1, Number.POSITIVE_INFINITY], 1],
    [{ monitor: 'val/loss', check_finite: false }, [1, Number.NaN, 0.9], undefined],
    [{ monitor: 'val/loss' }, [5, 4, 3, 2, 1], undefined],
  ])('%p on %p', (options, values, epoch) => {
    expect(stops(options, values)?.[0]).toBe(epoch as number)
  })

  test('the reason names the metric and its best value', () => {
    expect(stops({ monitor: 'val/loss', patience: 1 }, [0.25, 0.5])?.[1]).toMatch(/val\/loss .*0\.25/)
  })

  test('patience survives a resume', () => {
    const { context } = testRun()
    const first = create({ monitor: 'm', patience: 3 })
    for (const [epoch, m] of [1, 2, 2].entries()) first.epochEnd?.(epochEvent(epoch, { m }), context)
    const second = create({ monitor: 'm', patience: 3 })
    second.restore?.(JSON.parse(JSON.stringify(first.state?.())))
    expect(second.epochEnd?.(epochEvent(3, { m: 1 }), context)).toMatchObject([{ kind: 'stop' }])
  })

  test('an untouched state can be stored and restored', () => {
    const callback = create({ monitor: 'm' })
    callback.restore?.(JSON.parse(JSON.stringify(callback.state?.())))
    expect(callback.epochEnd?.(epochEvent(0, { m: 1e300 }), testRun().context)).toBeUndefined()
  })

  test('a metric that is never logged fails the run, or warns when not strict', () => {
    const { context, lines } = testRun()
    const event = epochEvent(0, { 'val/loss': 1 })
    expect(() => create({ monitor: 'val/los' }).epochEnd?.(event, context)).toThrow(ConfigError)
    expect(create({ monitor: 'val/los', strict: false }).epochEnd?.(event, context)).toBeUndefined()
    expect(lines.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('val/los') })
  })

  test('an epoch without validation is no check', () => {
    const { context } = testRun()
    const callback = create({ monitor: 'val/loss', patience: 1 })
    callback.epochEnd?.(epochEvent(0, { 'val/loss': 1 }), context)
    expect(callback.epochEnd?.(epochEvent(1, {}, { evaluation: null }), context)).toBeUndefined()
    expect(callback.epochEnd?.(epochEvent(2, { 'val/loss': 1 }), context)).toMatchObject([{ kind: 'stop' }])
  })

  test('a validation within an epoch is a check; the sanity check is none', () => {
    const { context } = testRun()
    const position = { epoch: 0, batch: 2, step: 2 }
    const scalars = { 'val/loss': 2 }
    const callback = create({ monitor: 'val/loss', patience: 1 })
    callback.validationEnd?.(validationEvent(0, { 'val/loss': 1 }, { position, sanity: true }), context)
    callback.validationEnd?.(validationEvent(0, scalars, { position }), context)
    const later = { ...position, step: 3 }
    expect(callback.validationEnd?.(validationEvent(0, scalars, { position: later }), context)).toMatchObject(
      [{ kind: 'stop' }],
    )
    const atEnds = create({ monitor: 'val/loss', patience: 1, check_on_train_epoch_end: true })
    expect(atEnds.validationEnd?.(validationEvent(0, scalars, { position }), context)).toBeUndefined()
  })
})
