import type { Failure } from '../errors/index.ts'
import type { Dataset, Metadata, Picture } from './engine.ts'
import { guarded, toFailure } from './fault.ts'
import { loadImagesAddon } from './load.ts'
import type { DatasetSpec, DatasetSummary, LoaderSpec, LogLine, Split, Transform } from './spec.d.ts'

/** The exports of the addon's half that needs no libtorch (crates/images). */
export interface ImagesAddon {
  initializeImages(): void
  version(): string
  drainLogs(): string
  openDataset(spec: string): Promise<NativeDataset>
  openFolder(folder: string, exifTranspose: boolean): Promise<NativeDataset>
  readPicture(path: string, exifTranspose: boolean): Promise<Picture>
  openPreprocessor(transforms: string, exifTranspose: boolean): NativePreprocessor
  normalizedPlanes(
    images: Uint8Array,
    n: number,
    mean: readonly number[],
    std: readonly number[],
  ): Float32Array
  openLoader(dataset: NativeDataset, split: Split, spec: string, seed: number): NativeLoader
}

export interface NativeDataset {
  summary(): string
  labels(split: Split): Uint32Array
  paths(split: Split, samples: readonly number[]): string[]
  metadata(split: Split, samples: readonly number[]): (string | null)[]
  picture(split: Split, sample: number): Promise<Picture>
}

interface NativePreprocessor {
  prepare(paths: readonly string[]): Promise<NativePrepared<Uint8Array>>
  preparePlanes(paths: readonly string[]): Promise<NativePrepared<Float32Array>>
}

interface NativePrepared<Values> {
  readonly images: Values
  readonly faults: readonly string[]
  readonly height: number
  readonly width: number
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
export interface Prepared<Values> {
  /** Zeros where the file is bad. */
  readonly images: Values
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

/** Decodes and transforms files on as many threads as there are cores. */
export interface Preprocessor {
  /** [n, height, width, 3]. */
  pixels(paths: readonly string[]): Promise<Prepared<Uint8Array>>
  /** [n, 3, height, width], normalised. */
  planes(paths: readonly string[]): Promise<Prepared<Float32Array>>
}

/** What the native core does with files and pictures, with or without libtorch. */
export interface NativeImages {
  readonly version: string
  openDataset(spec: DatasetSpec): Promise<Dataset>
  /** The images below a folder as a train split of one class without a name. */
  openFolder(folder: string, exifTranspose: boolean): Promise<Dataset>
  /** One file, decoded as it lies on disk. A bad one is a DataError. */
  readPicture(path: string, exifTranspose: boolean): Promise<Picture>
  /** An evaluation pipeline for single files. */
  openPreprocessor(transforms: readonly Transform[], exifTranspose: boolean): Preprocessor
  /** f32 [n, 3, pixels] of u8 [n, pixels, 3]: (x / 255 − mean) / std by channel, as torch computes it. */
  normalizedPlanes(
    images: Uint8Array,
    n: number,
    normalization: readonly [mean: readonly number[], std: readonly number[]],
  ): Float32Array
  openLoader(dataset: Dataset, split: Split, spec: LoaderSpec, seed: number): Loader
  /** The core's log lines since the last call. */
  drainLogs(): LogLine[]
}

const handles = new WeakMap<Dataset, NativeDataset>()

/** Loads the half of the core that needs no libtorch. A missing addon is a DeviceError. */
export async function loadImages(): Promise<NativeImages> {
  const addon = (await loadImagesAddon()) as ImagesAddon
  addon.initializeImages()
  return imagesOf(addon)
}

export function imagesOf(addon: ImagesAddon): NativeImages {
  return {
    version: addon.version(),
    openDataset: (spec) => guarded(async () => wrapDataset(await addon.openDataset(JSON.stringify(spec)))),
    openFolder: (folder, exifTranspose) =>
      guarded(async () => wrapDataset(await addon.openFolder(folder, exifTranspose))),
    readPicture: (path, exifTranspose) => guarded(() => addon.readPicture(path, exifTranspose)),
    openPreprocessor: (transforms, exifTranspose) => {
      const native = translated(() => addon.openPreprocessor(JSON.stringify(transforms), exifTranspose))
      const prepared = async <Values>(
        work: () => Promise<NativePrepared<Values>>,
      ): Promise<Prepared<Values>> => {
        const { faults, ...values } = await guarded(work)
        return { ...values, failures: faults.map((fault) => (fault === '' ? undefined : toFailure(fault))) }
      }
      return {
        pixels: (paths) => prepared(() => native.prepare(paths)),
        planes: (paths) => prepared(() => native.preparePlanes(paths)),
      }
    },
    normalizedPlanes: (images, n, [mean, std]) => addon.normalizedPlanes(images, n, mean, std),
    openLoader: (dataset, split, spec, seed) =>
      translated(() =>
        wrapLoader(addon.openLoader(datasetHandle(dataset), split, JSON.stringify(spec), seed)),
      ),
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

/** The addon's own object behind a data set. */
export function datasetHandle(dataset: Dataset): NativeDataset {
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

function wrapLoader(native: NativeLoader): Loader {
  return {
    batches: native.batches(),
    normalization: JSON.parse(native.normalization()) as [number[], number[]],
    start: (epoch) => native.start(epoch),
    next: () => guarded(() => native.next()),
    drain: async (seconds) => JSON.parse(await guarded(() => native.drain(seconds))) as DrainReport,
  }
}
