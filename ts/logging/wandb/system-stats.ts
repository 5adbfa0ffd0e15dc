import { execFile } from 'node:child_process'
import { cpus, freemem, totalmem } from 'node:os'

/** As often as W&B's own client. */
const EVERY_MS = 15_000
const GPU_QUERY = [
  '--query-gpu=index,utilization.gpu,utilization.memory,memory.used,memory.total,temperature.gpu,power.draw',
  '--format=csv,noheader,nounits',
]
const MEBIBYTE = 1_048_576

/** Passes the machine's load on, under W&B's names, every 15 seconds; the returned function ends it. */
export function followSystem(
  take: (values: Record<string, number>) => void,
  environment: NodeJS.ProcessEnv,
  everyMs = EVERY_MS,
): () => void {
  let before = cpuTimes()
  let hasGpu = true
  let ended = false
  const sample = async (): Promise<void> => {
    const now = cpuTimes()
    const total = now.total - before.total
    const cpu = total > 0 ? (100 * (total - (now.idle - before.idle))) / total : 0
    before = now
    const gpus = hasGpu ? await gpuLoad(environment) : {}
    hasGpu = gpus !== undefined
    if (ended) return
    take({
      cpu,
      memory_percent: 100 * (1 - freemem() / totalmem()),
      'proc.memory.rssMB': process.memoryUsage.rss() / MEBIBYTE,
      'proc.memory.availableMB': freemem() / MEBIBYTE,
      ...gpus,
    })
  }
  const timer = setInterval(() => void sample(), everyMs)
  timer.unref()
  return () => {
    ended = true
    clearInterval(timer)
  }
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0
  let total = 0
  for (const { times } of cpus()) {
    idle += times.idle
    total += times.user + times.nice + times.sys + times.irq + times.idle
  }
  return { idle, total }
}

/** What `nvidia-smi` says; `undefined` where there is none. */
function gpuLoad(environment: NodeJS.ProcessEnv): Promise<Record<string, number> | undefined> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', GPU_QUERY, { env: environment, timeout: 5000 }, (error, stdout) =>
      resolve(error ? undefined : readGpuLoad(stdout)),
    )
  })
}

/** A line a GPU: index, load and memory load in percent, MiB used and in all, °C, watts. */
export function readGpuLoad(text: string): Record<string, number> {
  const values: Record<string, number> = {}
  for (const line of text.trim().split('\n')) {
    const [index, gpu, memory, used, total, temp, power] = line.split(',').map(Number)
    if (index === undefined || used === undefined || total === undefined) continue
    const named = {
      gpu,
      memory,
      memoryAllocated: (100 * used) / total,
      memoryAllocatedBytes: used * MEBIBYTE,
      temp,
      powerWatts: power,
    }
    for (const [name, value] of Object.entries(named))
      if (value !== undefined && Number.isFinite(value)) values[`gpu.${index}.${name}`] = value
  }
  return values
}
