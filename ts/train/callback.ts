import type { Logger } from '../logging/logger.ts'
import type { Dataset, Evaluation, HeatMaps } from '../native/engine.ts'
import type {
  DatasetSummary,
  HeatMapRequest,
  OpenReport,
  Plan,
  Position,
  TrainReport,
} from '../native/spec.d.ts'
import type { History } from './history.ts'

/** Values of one event by metric name (`val/acc_top1`); a metric that is not defined is left out. */
export type Scalars = Readonly<Record<string, number>>

/** What a callback may ask of the loop. The loop performs them in order; a callback never acts itself. */
export type Action =
  /** Stop training after this epoch (or at once within one); `reason` is for people and `summary.json`. */
  | { readonly kind: 'stop'; readonly reason: string }
  /** Write `checkpoints/<name>`, the scored weights first; point `last` and/or `best` at it. */
  | {
      readonly kind: 'save'
      readonly name: string
      readonly directory?: string | undefined
      readonly weightsOnly?: boolean
      readonly pointers?: readonly ('last' | 'best')[]
      /** The monitored metric, for `summary.json`'s `best`. */
      readonly monitor?: { readonly name: string; readonly value: number } | undefined
    }
  /** Remove a checkpoint that fell out of the top k; the last good one is never removed. */
  | { readonly kind: 'forget'; readonly name: string; readonly directory?: string | undefined }
  /** Write the ONNX files from the best scored checkpoint (at the end) or from the present weights. */
  | {
      readonly kind: 'export'
      readonly directory: string
      readonly opset: number
      readonly foldBn: boolean
      /** Height and width of the images; the model's own where it is left out. */
      readonly inputSize?: readonly [height: number, width: number] | undefined
      readonly from: 'best' | 'present'
    }
  /** Add scalars to the event that is about to be logged. */
  | { readonly kind: 'log'; readonly scalars: Scalars }
  /** A picture that was written, for the experiment loggers. `key` as in `val/confusion_matrix`. */
  | { readonly kind: 'image'; readonly key: string; readonly path: string; readonly caption?: string }
  /** A table for the experiment loggers. */
  | {
      readonly kind: 'table'
      readonly key: string
      readonly columns: readonly string[]
      readonly rows: readonly (readonly (string | number | null)[])[]
    }
  /** Counts of values by bins, for the experiment loggers; one edge more than there are counts. */
  | {
      readonly kind: 'histogram'
      readonly key: string
      readonly edges: readonly number[]
      readonly counts: readonly number[]
    }
  /** Markdown for the experiment loggers. */
  | { readonly kind: 'text'; readonly key: string; readonly text: string }

export type Actions = readonly Action[] | undefined

/** What stays the same for a whole run. */
export interface RunContext {
  /** Absolute path of the run folder. */
  readonly directory: string
  readonly plan: Plan
  readonly dataset: Dataset
  readonly summary: DatasetSummary
  readonly classes: readonly string[]
  readonly model: OpenReport
  readonly history: History
  readonly logger: Logger
  /** Epochs already done when the run was resumed; 0 for a fresh one. */
  readonly resumedEpoch: number
}

export interface SpanEvent {
  readonly report: TrainReport
  readonly position: Position
  readonly imagesPerSecond: number
}

export interface ValidationEvent {
  readonly epoch: number
  readonly position: Position
  readonly evaluation: Evaluation
  readonly scalars: Scalars
  /** The sanity check before training: nothing of it is kept. */
  readonly sanity: boolean
  /** The split that was evaluated: `val` while training, `test` at the end. */
  readonly split: 'val' | 'test'
  /** Asks the network that was scored what it looked at; it answers until the hook returns. */
  heatMaps(request: Omit<HeatMapRequest, 'split' | 'weights'>): Promise<HeatMaps>
}

export interface EpochEvent {
  readonly epoch: number
  readonly position: Position
  /** Everything known of the epoch: training, validation, learning rate. */
  readonly scalars: Scalars
  /** Of the epoch's last span; holds the epoch's sums and `drawn_per_class`. */
  readonly train: TrainReport
  readonly evaluation: Evaluation | undefined
  readonly willContinue: boolean
}

export interface RunEndEvent {
  readonly status: 'completed' | 'stopped' | 'interrupted' | 'failed'
  readonly position: Position
}

export interface RunFailedEvent {
  /** Where the engine stands; it may be within a span. */
  readonly position: Position
}

/**
 * A listener of a run. `observer`s (pictures, tables) that throw are reported once and dropped; `controller`s (early
 * stopping, checkpoints) that throw end the run. Hooks are called in the order of the configuration; an observer's may still be
 * at work when the next is called.
 */
export interface Callback {
  readonly name: string
  readonly role: 'observer' | 'controller'
  /** The loop ends a span at every multiple of this many optimizer steps, so that `span` sees each of them. */
  readonly stepInterval?: number | undefined
  runStart?(context: RunContext): Actions | Promise<Actions>
  span?(event: SpanEvent, context: RunContext): Actions | Promise<Actions>
  validationEnd?(event: ValidationEvent, context: RunContext): Actions | Promise<Actions>
  epochEnd?(event: EpochEvent, context: RunContext): Actions | Promise<Actions>
  runEnd?(event: RunEndEvent, context: RunContext): Actions | Promise<Actions>
  /**
   * The training failed between two steps: what is asked for here is tried, and may fail without harm. Not asked where the
   * run diverged, a step found no memory, or the engine is broken.
   */
  runFailed?(event: RunFailedEvent, context: RunContext): Actions | Promise<Actions>
  /** What a checkpoint must hold for this callback; JSON. */
  state?(): unknown
  restore?(state: unknown): void
}
