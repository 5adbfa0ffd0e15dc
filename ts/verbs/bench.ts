import type { NativeEngine } from '../native/native-engine.ts'
import { type BenchStep, loaderTransforms, stepPlan } from './bench-plan.ts'

/** One operator's part of a step. */
export interface StepShare {
  readonly operator: string
  readonly calls: number
  readonly ms: number
  readonly share: number
}

export interface StepFigures {
  readonly images_per_second: number
  readonly step_ms: { readonly median: number; readonly min: number; readonly max: number }
  readonly precision: string
  readonly layout: string
  readonly loss: number
  readonly peak_rss_mb: number
  /** Of steps after the timed ones, since watching costs time itself. */
  readonly profile?: readonly StepShare[]
}

/** Steps that are not counted. */
const warmup = 3

/** Times `steps` optimizer steps on one resident batch, and with `profile` watches as many again by operator. */
export async function benchStep(
  engine: NativeEngine,
  options: BenchStep,
  steps: number,
  profile = false,
): Promise<StepFigures> {
  const { session, report } = await engine.openBenchSession(stepPlan(options), options.imageSize)
  try {
    const times: number[] = []
    let loss = Number.NaN
    for (let step = 0; step < warmup + steps; step++) {
      const began = performance.now()
      loss = (await session.train(1)).last.loss
      if (step >= warmup) times.push(performance.now() - began)
    }
    const rows = profile
      ? await engine.profiled(async () => {
          for (let step = 0; step < steps; step++) await session.train(1)
        })
      : []
    const whole = rows.reduce((sum, { self_ms }) => sum + self_ms, 0)
    times.sort((a, b) => a - b)
    const median = times[Math.floor(times.length / 2)] ?? Number.NaN
    return {
      images_per_second: (options.batchSize * 1000) / median,
      step_ms: { median, min: times[0] ?? Number.NaN, max: times.at(-1) ?? Number.NaN },
      precision: report.precision,
      layout: report.channels_last ? 'channels_last' : 'channels_first',
      loss,
      peak_rss_mb: process.resourceUsage().maxRSS / 1024,
      ...(profile && {
        profile: rows.map(({ name, calls, self_ms }) => ({
          operator: name,
          calls: calls / steps,
          ms: self_ms / steps,
          share: self_ms / whole,
        })),
      }),
    }
  } finally {
    await session.close()
  }
}

export interface BenchLoader {
  readonly images: string
  readonly imageSize: number
  readonly pipeline: 'train' | 'val'
  readonly workers: number
  readonly seconds: number
  readonly cache: boolean
}

export interface LoaderFigures {
  readonly images_per_second: number
  readonly images_per_second_per_core: number
  readonly cpu_seconds_per_image: number
  readonly workers: number
  readonly images: number
  /** Resident memory after the warm-up and at the end. */
  readonly memory_mb: { readonly warm: number; readonly end: number }
}

/** Drains a loader over the images of a folder for some seconds, after an epoch that fills caches. */
export async function benchLoader(engine: NativeEngine, options: BenchLoader): Promise<LoaderFigures> {
  const { images: folder, imageSize, pipeline, workers, seconds, cache } = options
  const dataset = await engine.openFolder(folder, false)
  const loader = engine.openLoader(
    dataset,
    'train',
    {
      transforms: loaderTransforms(pipeline, imageSize),
      batch_size: 64,
      num_workers: workers,
      prefetch_factor: 2,
      drop_last: false,
      sampler: pipeline === 'train' ? { kind: 'shuffle' } : { kind: 'sequential' },
      cache: { kind: cache ? 'ram' : 'off', budget_bytes: null },
      limit_batches: null,
    },
    0,
  )
  await loader.drain(Math.min(2, seconds))
  const resident = (): number => process.memoryUsage().rss / 2 ** 20
  const warm = resident()
  const before = process.cpuUsage()
  const { images, wall_s } = await loader.drain(seconds)
  const { user, system } = process.cpuUsage(before)
  const cpu = (user + system) / 1e6
  return {
    images_per_second: images / wall_s,
    images_per_second_per_core: images / cpu,
    cpu_seconds_per_image: cpu / images,
    workers,
    images,
    memory_mb: { warm, end: resident() },
  }
}
