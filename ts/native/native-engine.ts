import type { Engine, Evaluation, Exported, HeatMaps, Session } from './engine.ts'
import { guarded } from './fault.ts'
import { type LoadOptions, loadAddon } from './load.ts'
import {
  datasetHandle,
  type ImagesAddon,
  imagesOf,
  type NativeDataset,
  type NativeImages,
} from './native-images.ts'
import type {
  EvaluateReport,
  ExportReport,
  HeatMapReport,
  OpenReport,
  OperatorTime,
  Plan,
  Progress,
  Weights,
} from './spec.d.ts'

/** The addon's exports (crates/binding). */
interface Addon extends ImagesAddon {
  initialize(): void
  cudaAvailable(): boolean
  cpuHasBf16(): boolean
  startProfile(): void
  stopProfile(): string
  openSession(plan: string, dataset: NativeDataset | null): Promise<NativeSession>
  openBenchSession(plan: string, side: number): Promise<NativeSession>
}

interface NativeSession {
  openReport(): string
  train(maxBatches: number): Promise<string>
  evaluate(request: string): Promise<Omit<Evaluation, 'report'> & { report: string }>
  predict(
    images: Uint8Array,
    n: number,
    height: number,
    width: number,
    weights: string,
  ): Promise<Float32Array>
  heatMaps(request: string): Promise<Omit<HeatMaps, 'report'> & { report: string }>
  save(request: string): Promise<string>
  load(directory: string): Promise<string>
  export(request: string): Promise<Omit<Exported, 'report'> & { report: string }>
  inspect(): Promise<string>
  stop(): void
  progress(): string
  close(): Promise<void>
}

/** The native core: an Engine, and what only the addon can do. */
export interface NativeEngine extends Engine, NativeImages {
  readonly cudaAvailable: boolean
  readonly cpuHasBf16: boolean
  /** A session whose training data is one resident batch of noise, `side` pixels square. */
  openBenchSession(plan: Plan, side: number): Promise<{ session: Session; report: OpenReport }>
  /** The time of every operator that runs during `work`, the longest first. */
  profiled(work: () => Promise<void>): Promise<OperatorTime[]>
}

/** Loads libtorch and the addon. A missing part is a DeviceError. */
export async function loadEngine(options: Omit<LoadOptions, 'machine'> = {}): Promise<NativeEngine> {
  const addon = (await loadAddon(options)) as Addon
  addon.initialize()
  return {
    ...imagesOf(addon),
    cudaAvailable: options.cuda === true && addon.cudaAvailable(),
    cpuHasBf16: addon.cpuHasBf16(),
    openSession: (plan, dataset) =>
      guarded(async () => {
        const handle = dataset === null ? null : datasetHandle(dataset)
        const native = await addon.openSession(JSON.stringify(plan), handle)
        return { session: wrapSession(native), report: JSON.parse(native.openReport()) as OpenReport }
      }),
    openBenchSession: (plan, side) =>
      guarded(async () => {
        const native = await addon.openBenchSession(JSON.stringify(plan), side)
        return { session: wrapSession(native), report: JSON.parse(native.openReport()) as OpenReport }
      }),
    profiled: async (work) => {
      await guarded(() => addon.startProfile())
      let rows = '[]'
      try {
        await work()
      } finally {
        rows = addon.stopProfile()
      }
      return JSON.parse(rows) as OperatorTime[]
    },
  }
}

function wrapSession(native: NativeSession): Session {
  const json = async <T>(call: () => Promise<string>): Promise<T> => JSON.parse(await guarded(call)) as T
  return {
    train: (maxBatches) => json(() => native.train(maxBatches)),
    evaluate: async (request) => {
      const { report, ...arrays } = await guarded(() => native.evaluate(JSON.stringify(request)))
      return {
        report: JSON.parse(report) as EvaluateReport,
        logits: arrays.logits,
        labels: arrays.labels,
        indices: arrays.indices,
        confusion: arrays.confusion,
      }
    },
    predict: (images, n, height, width, weights: Weights) =>
      guarded(() => native.predict(images, n, height, width, JSON.stringify(weights))),
    heatMaps: async (request) => {
      const { report, images, maps } = await guarded(() => native.heatMaps(JSON.stringify(request)))
      return { report: JSON.parse(report) as HeatMapReport, images, maps }
    },
    save: (request) => json(() => native.save(JSON.stringify(request))),
    load: (directory) => json(() => native.load(directory)),
    export: async (request) => {
      const { report, inputs, logits } = await guarded(() => native.export(JSON.stringify(request)))
      return { report: JSON.parse(report) as ExportReport, inputs, logits }
    },
    inspect: () => json(() => native.inspect()),
    stop: () => native.stop(),
    progress: () => JSON.parse(native.progress()) as Progress,
    close: () => guarded(() => native.close()),
  }
}
