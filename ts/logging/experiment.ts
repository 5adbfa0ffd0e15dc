/** One event of a run: what `metrics.jsonl` holds, a line each. */
export interface MetricRow {
  readonly epoch: number
  /** Optimizer steps done. */
  readonly step: number
  /** Seconds since the Unix epoch. */
  readonly time: number
  readonly scalars: Readonly<Record<string, number>>
}

/** A picture on disk that belongs to an event. */
export interface LoggedImage {
  readonly key: string
  readonly path: string
  readonly caption: string | undefined
  readonly epoch: number
  readonly step: number
}

export interface LoggedTable {
  readonly key: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
  readonly epoch: number
  readonly step: number
}

/** Counts of values by bins. */
export interface LoggedHistogram {
  readonly key: string
  /** Edges of the bins, ascending; one more than there are counts. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  readonly epoch: number
  readonly step: number
}

/** Prose of an event, Markdown where a place shows it. */
export interface LoggedText {
  readonly key: string
  readonly text: string
  readonly epoch: number
  readonly step: number
}

/** How a run ended, for a sink's last word. */
export type RunStatus = 'completed' | 'stopped' | 'interrupted' | 'failed'

/**
 * A place outside the run folder that follows the run. Every method returns at once; a sink buffers and sends by itself,
 * and its failures never reach training.
 */
export interface ExperimentSink {
  readonly name: string
  row(row: MetricRow): void
  image?(image: LoggedImage): void
  table?(table: LoggedTable): void
  histogram?(histogram: LoggedHistogram): void
  text?(text: LoggedText): void
  /** A line that the console shows. */
  line?(text: string): void
  /** The files of a checkpoint that is complete; "best" among `names` where it is the best so far. */
  checkpoint?(directory: string, names: readonly string[]): void
  /** A finished file of the run (the ONNX model, the report). */
  file?(path: string, kind: 'model' | 'report' | 'other'): void
  summary?(values: Readonly<Record<string, number | string>>): void
  /** Sends what is left, within its own deadline. */
  finish(status: RunStatus, exitCode: number): Promise<void>
}
