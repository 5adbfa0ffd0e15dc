import type {
  DatasetSpec,
  DatasetSummary,
  EvaluateReport,
  EvaluateRequest,
  ExportReport,
  ExportRequest,
  HeatMapReport,
  HeatMapRequest,
  InspectReport,
  LoadReport,
  LogLine,
  OpenReport,
  Plan,
  Progress,
  SaveReport,
  SaveRequest,
  Split,
  TrainReport,
  Weights,
} from './spec.d.ts'

/** A decoded picture: 8-bit RGB, row-major [height, width, 3]. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** The unknown fields of a sample's annotation, as they were written. */
export type Metadata = Readonly<Record<string, unknown>> | null

/** A scanned data set; cheap to keep, freed with the process. */
export interface Dataset {
  readonly summary: DatasetSummary
  /** Absolute paths of the split's samples. Out of range is an EngineBug. */
  paths(split: Split, samples: readonly number[]): string[]
  /** What each sample's annotation says beyond image and label; null for one that says no more. */
  metadata(split: Split, samples: readonly number[]): Metadata[]
  /** Class index of every sample of the split. */
  labels(split: Split): Uint32Array
  /** The sample as it lies on disk, decoded. A bad file is a DataError. */
  picture(split: Split, sample: number): Promise<Picture>
}

/** What one forward pass over a split gave, for reports, pictures and metrics alike. */
export interface Evaluation {
  readonly report: EvaluateReport
  /** Row-major [images, classes]. */
  readonly logits: Float32Array
  /** True class of each image. */
  readonly labels: Int32Array
  /** Sample index within the split of each image. */
  readonly indices: Uint32Array
  /** Row-major [classes, classes]: true class by predicted class, counts. */
  readonly confusion: Uint32Array
}

/** Where in images the evidence for a class lies: Grad-CAM, `report.map_hw` cells of the whole image each. */
export interface HeatMaps {
  readonly report: HeatMapReport
  /** Row-major [n, height, width, 3] of `report.input_hw`: what the network saw, before normalisation. */
  readonly images: Uint8Array
  /** Row-major [n, height, width] of `report.map_hw`, in units of the logit, never below 0. */
  readonly maps: Float32Array
}

/** What an export wrote, and how the network itself answers. */
export interface Exported {
  readonly report: ExportReport
  /** Row-major [n, 3, height, width], n of `report.check_shape`. */
  readonly inputs: Float32Array
  /** Row-major [n, classes]. */
  readonly logits: Float32Array
}

/**
 * One model being trained or asked. Its verbs run one after the other on the engine's own thread; each rejects with a
 * Failure. After an EngineBug only `close` answers.
 */
export interface Session {
  /** Trains up to `maxBatches` micro-batches from the cursor, never across the end of an epoch. */
  train(maxBatches: number): Promise<TrainReport>
  evaluate(request: EvaluateRequest): Promise<Evaluation>
  /** Logits [n, classes] of normalisation-free u8 images [n, height, width, 3]. */
  predict(
    images: Uint8Array,
    n: number,
    height: number,
    width: number,
    weights: Weights,
  ): Promise<Float32Array>
  heatMaps(request: HeatMapRequest): Promise<HeatMaps>
  save(request: SaveRequest): Promise<SaveReport>
  load(directory: string): Promise<LoadReport>
  /** Writes ONNX files; answers with a batch and the network's own logits for it, to check them by. */
  export(request: ExportRequest): Promise<Exported>
  inspect(): Promise<InspectReport>
  /** Ends the running `train` or `evaluate` at the next batch; its report says `stopped`. Returns at once. */
  stop(): void
  /** A glance at the running verb; returns at once. */
  progress(): Progress
  /** Frees threads and memory; waits for the running verb. */
  close(): Promise<void>
}

/** The native core, or a stand-in for it in tests. */
export interface Engine {
  openDataset(spec: DatasetSpec): Promise<Dataset>
  /** Without a data set the session can only predict, load, save and inspect. */
  openSession(plan: Plan, dataset: Dataset | null): Promise<{ session: Session; report: OpenReport }>
  /** The core's log lines since the last call. */
  drainLogs(): LogLine[]
}
