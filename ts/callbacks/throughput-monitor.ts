import * as v from 'valibot'
import type { Ledger } from '../native/spec.d.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { lightningNames } from './python-names.ts'

/** Logs once an epoch how fast training was and what it waited for. */
export const throughputMonitor = defineCallback({
  name: 'throughput_monitor',
  aliases: lightningNames('throughput_monitor', 'ThroughputMonitor'),
  schema: v.strictObject({}),
  create: (): Callback => {
    let before: Ledger | undefined
    let images = 0
    let steps = 0
    return {
      name: 'throughput_monitor',
      role: 'observer',
      span: ({ report }) => {
        images += report.span.images
        steps += report.span.steps
        return undefined
      },
      epochEnd: ({ train: { ledger } }) => {
        const wait = ledger.wait_data_s - (before?.wait_data_s ?? 0)
        const step = ledger.step_s - (before?.step_s ?? 0)
        const seconds = wait + step
        const scalars = {
          'throughput/images_per_second': images / seconds,
          'throughput/step_ms': (step * 1000) / steps,
          'throughput/data_wait_share': wait / seconds,
        }
        before = ledger
        images = 0
        steps = 0
        return Object.values(scalars).every(Number.isFinite) ? [{ kind: 'log', scalars }] : undefined
      },
    }
  },
})
