import type { Failure } from '../errors/index.ts'
import type { Dataset, Engine, Evaluation, Exported, Metadata, Picture, Session } from './engine.ts'
import { guarded, toFailure } from './fault.ts'
import { loadAddon } from './load.ts'
import type {
  DatasetSummary,
  EvaluateReport,
  ExportReport,
  LoaderSpec,
  LogLine,
  OpenReport,
  Plan,
  Progress,
  Split,
  Transform,
  Weights,
} from './spec.d.ts'

/** The addon's exports (crates/binding). */
interface Addon {
  initialize(): void
  version(): string
  cudaAvailable(): boolean
  cpuHasBf16(): boolean
  drainLogs(): string
  openDataset(spec: string): Promise<NativeDataset>
  openSession(plan: string, dataset: NativeDataset | null): Promise<NativeSession>
  openFolder(folder: string, exifTranspose: boolean): Promise<NativeDataset>
  openBenchSession(plan: string, side: number): Promise<NativeSession>
  openPreprocessor(transforms: string, exifTranspose: boolean): NativePreprocessor
  openLoader(dataset: NativeDataset, split: Split, spec: string, seed: number): NativeLoader
}

interface NativeDataset {
  summary(): string
  labels(split: Split): Uint32Array
  paths(split: Split, samples: readonly number[]): string[]
  metadata(split: Split, samples: readonly number[]): (string | null)[]
  picture(split: Split, sample: number): Promise<Picture>
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
  save(request: string): Promise<string>
  load(directory: string): Promise<string>
  export(request: string): Promise<Omit<Exported, 'report'> & { report: string }>
  inspect(): Promise<string>
  stop(): void
  progress(): string
  close(): Promise<void>
}

interface NativePreprocessor {
  prepare(
    paths: readonly string[],
  ): Promise<{ images: Uint8Array; faults: string[]; height: number; width: number }>
}

interface NativeLoader {
  start(epoch: number): void
  batches(): number
  normalization(): string
  next(): Promise<Batch | null>
  drain(seconds: number): Promise<string>
}

/** One batch as the model would see it, before normalisation. */
export interface Batch {
  /** [n, height, width, 3]. */
  readonly images: Uint8Array
  readonly labels: Uint32Array
  readonly indices: Uint32Array
  readonly height: number
  readonly width: number
}

/** Files as the model wants them. */
export interface Prepared {
  /** [n, height, width, 3]; black where the file is bad. */
  readonly images: Uint8Array
  /** What is wrong with each file; undefined where nothing is. */
  readonly failures: readonly (Failure | undefined)[]
  readonly height: number
  readonly width: number
}

/** What draining a loader cost. */
export interface DrainReport {
  readonly images: number
  readonly wall_s: number
  readonly decode_cpu_s: number
  readonly transform_cpu_s: number
}

/** A loader by itself, without a session. */
export interface Loader {
  readonly batches: number
  readonly normalization: readonly [mean: readonly number[], std: readonly number[]]
  start(epoch: number): void
  next(): Promise<Batch | null>
  /** Runs whole epochs for `seconds` without handing the batches over. */
  drain(seconds: number): Promise<DrainReport>
}

/** The native core: an Engine, and what only the addon can do. */
export interface NativeEngine extends Engine {
  readonly version: string
  readonly cudaAvailable: boolean
  readonly cpuHasBf16: boolean
  /** The images below a folder as a train split of one class without a name. */
  openFolder(folder: string, exifTranspose: boolean): Promise<Dataset>
  /** A session whose training data is one resident batch of noise, `side` pixels square. */
  openBenchSession(plan: Plan, side: number): Promise<{ session: Session; report: OpenReport }>
  /** An evaluation pipeline for single files. */
  openPreprocessor(
    transforms: readonly Transform[],
    exifTranspose: boolean,
  ): (paths: readonly string[]) => Promise<Prepared>
  openLoader(dataset: Dataset, split: Split, spec: LoaderSpec, seed: number): Loader
}

const handles = new WeakMap<Dataset, NativeDataset>()

/** Loads libtorch and the addon. A missing part is a DeviceError. */
export async function loadEngine(options: { cuda?: boolean } = {}): Promise<NativeEngine> {
  const addon = (await loadAddon(options)) as Addon
  addon.initialize()
  return {
    version: addon.version(),
    cudaAvailable: options.cuda === true && addon.cudaAvailable(),
    cpuHasBf16: addon.cpuHasBf16(),
    openDataset: (spec) => guarded(async () => wrapDataset(await addon.openDataset(JSON.stringify(spec)))),
    openSession: (plan, dataset) =>
      guarded(async () => {
        const handle = dataset === null ? null : handleOf(dataset)
        const native = await addon.openSession(JSON.stringify(plan), handle)
        return { session: wrapSession(native), report: JSON.parse(native.openReport()) as OpenReport }
      }),
    openFolder: (folder, exifTranspose) =>
      guarded(async () => wrapDataset(await addon.openFolder(folder, exifTranspose))),
    openBenchSession: (plan, side) =>
      guarded(async () => {
        const native = await addon.openBenchSession(JSON.stringify(plan), side)
        return { session: wrapSession(native), report: JSON.parse(native.openReport()) as OpenReport }
      }),
    openPreprocessor: (transforms, exifTranspose) => {
      const native = translated(() => addon.openPreprocessor(JSON.stringify(transforms), exifTranspose))
      return async (paths) => {
        const { faults, ...prepared } = await guarded(() => native.prepare(paths))
        return { ...prepared, failures: faults.map((fault) => (fault === '' ? undefined : toFailure(fault))) }
      }
    },
    openLoader: (dataset, split, spec, seed) =>
      translated(() => wrapLoader(addon.openLoader(handleOf(dataset), split, JSON.stringify(spec), seed))),
    drainLogs: () => JSON.parse(addon.drainLogs()) as LogLine[],
  }
}

/** Calls the addon; what it throws becomes a Failure. */
function translated<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw toFailure(error)
  }
}

function handleOf(dataset: Dataset): NativeDataset {
  const handle = handles.get(dataset)
  if (!handle) throw new TypeError('this data set was not opened by the native engine')
  return handle
}

function wrapDataset(native: NativeDataset): Dataset {
  const dataset: Dataset = {
    summary: JSON.parse(native.summary()) as DatasetSummary,
    labels: (split) => native.labels(split),
    paths: (split, samples) => native.paths(split, samples),
    metadata: (split, samples) =>
      native.metadata(split, samples).map((text) => (text ? (JSON.parse(text) as Metadata) : null)),
    picture: (split, sample) => guarded(() => native.picture(split, sample)),
  }
  handles.set(dataset, native)
  return dataset
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

function wrapLoader(native: NativeLoader): Loader {
  return {
    batches: native.batches(),
    normalization: JSON.parse(native.normalization()) as [number[], number[]],
    start: (epoch) => native.start(epoch),
    next: () => guarded(() => native.next()),
    drain: async (seconds) => JSON.parse(await guarded(() => native.drain(seconds))) as DrainReport,
  }
}
