import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { deviceStatsMonitor } from '../../ts/callbacks/device-stats-monitor.ts'
import { throughputMonitor } from '../../ts/callbacks/throughput-monitor.ts'
import { createTimer, timer } from '../../ts/callbacks/timer.ts'
import { epochEvent, spanEvent, testRun } from './run-context.ts'

const { context } = testRun()
const ledger = {
  validation_s: 0,
  checkpoint_s: 0,
  checkpoint_write_s: 0,
  decode_cpu_s: 0,
  transform_cpu_s: 0,
  first_step_unix_ms: null,
}

test('the timer stops a run after its time, over a resume too', () => {
  let time = 0
  const options = v.parse(timer.schema, { duration: '00:00:01:00', verbose: false })
  const first = createTimer(options, () => time)
  first.runStart?.(context)
  time = 40_000
  expect(first.span?.(spanEvent(0, 1, 1), context)).toBeUndefined()
  const state = JSON.parse(JSON.stringify(first.state?.()))
  time = 1_000_000
  const second = createTimer(options, () => time)
  second.restore?.(state)
  second.runStart?.(context)
  time += 19_000
  expect(second.span?.(spanEvent(0, 2, 1), context)).toBeUndefined()
  time += 1000
  expect(second.span?.(spanEvent(0, 3, 1), context)).toMatchObject([{ kind: 'stop' }])
})

test('a timer that looks once an epoch, and one without a duration', () => {
  let time = 0
  const callback = createTimer(
    v.parse(timer.schema, { duration: { seconds: 1 }, interval: 'epoch' }),
    () => time,
  )
  const endless = createTimer(v.parse(timer.schema, {}), () => time)
  time = 5000
  expect(callback.span?.(spanEvent(0, 1, 1), context)).toBeUndefined()
  expect(callback.epochEnd?.(epochEvent(0, {}), context)).toMatchObject([{ kind: 'stop' }])
  expect(endless.epochEnd?.(epochEvent(0, {}), context)).toBeUndefined()
})

test('throughput is that of the epoch, not of the run', () => {
  const callback = throughputMonitor.create({})
  const epoch = (index: number, wait: number, step: number) => {
    callback.span?.(spanEvent(index, index * 4 + 4, 4), context)
    const train = { ledger: { ...ledger, wait_data_s: wait, step_s: step } }
    return callback.epochEnd?.(epochEvent(index, {}, { train }), context)
  }
  expect(epoch(0, 1, 3)).toEqual([
    {
      kind: 'log',
      scalars: {
        'throughput/images_per_second': 4,
        'throughput/step_ms': 750,
        'throughput/data_wait_share': 0.25,
      },
    },
  ])
  expect(epoch(1, 1, 5)).toEqual([
    {
      kind: 'log',
      scalars: {
        'throughput/images_per_second': 8,
        'throughput/step_ms': 500,
        'throughput/data_wait_share': 0,
      },
    },
  ])
  expect(callback.epochEnd?.(epochEvent(2, {}), context)).toBeUndefined()
})

test('the process is watched unless told not to', () => {
  const watched = deviceStatsMonitor.create(v.parse(deviceStatsMonitor.schema, {}))
  expect(watched.span?.(spanEvent(0, 1, 1), context)).toMatchObject([
    { kind: 'log', scalars: { 'device/rss_mb': expect.any(Number) } },
  ])
  const quiet = deviceStatsMonitor.create(v.parse(deviceStatsMonitor.schema, { cpu_stats: false }))
  expect(quiet.span?.(spanEvent(0, 1, 1), context)).toBeUndefined()
})
