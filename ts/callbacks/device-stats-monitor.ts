import * as v from 'valibot'
import { bool } from '../config/schema/field.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { lightningNames } from './python-names.ts'

const schema = v.strictObject({
  cpu_stats: v.nullish(bool('false: log nothing, since only the processor and memory are watched.'), null),
})

/** Logs the memory and processor time of the process at every logged step. */
export const deviceStatsMonitor = defineCallback({
  name: 'device_stats_monitor',
  aliases: lightningNames('device_stats_monitor', 'DeviceStatsMonitor'),
  schema,
  create: (options): Callback => {
    let time = performance.now()
    let usage = process.cpuUsage()
    return {
      name: 'device_stats_monitor',
      role: 'observer',
      span: () => {
        if (options.cpu_stats === false) return undefined
        const [now, used] = [performance.now(), process.cpuUsage()]
        const cores = (used.user + used.system - usage.user - usage.system) / 1000 / Math.max(1, now - time)
        time = now
        usage = used
        const rss = process.memoryUsage().rss / 2 ** 20
        return [{ kind: 'log', scalars: { 'device/rss_mb': rss, 'device/cpu_cores': cores } }]
      },
    }
  },
})
