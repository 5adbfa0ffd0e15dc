import * as v from 'valibot'
import { CheckpointError } from '../errors/index.ts'
import type { TrainReport } from '../native/spec.d.ts'
import type { EpochRecord } from './history.ts'

/** Raised when an older checkpoint can no longer be read. */
export const stateVersion = 1

/** The best checkpoint so far, as `summary.json` tells it. */
export interface Best {
  readonly epoch: number
  readonly step: number
  readonly monitor: string
  readonly value: number
  /** Relative to the run folder. */
  readonly checkpoint: string
}

/** What TypeScript keeps in every checkpoint beside the engine's own state. */
export interface RunState {
  readonly version: typeof stateVersion
  /** Where to go on: within training, or at the end of an epoch whose validation is still to be done. */
  readonly phase: 'train' | 'epoch_end'
  /** The last span's report; the epoch's end needs its sums. */
  readonly trainReport: TrainReport | null
  readonly history: readonly EpochRecord[]
  /** By name of the callback. */
  readonly callbacks: Readonly<Record<string, unknown>>
  readonly best: Best | null
  /** Length of `metrics.jsonl` when this was saved: what lies beyond is cut on resume. */
  readonly metricsBytes: number
  readonly classes: readonly string[]
  /** Resolved plan, to be compared with the one that wants to go on. */
  readonly plan: unknown
  /** The training images, to be compared too; absent in older checkpoints. */
  readonly data?: string | undefined
  readonly preprocessing: unknown
  /** Checkpoints that this one makes needless, relative to the run folder: removed after it was written. */
  readonly outdated: readonly string[]
}

const Shape = v.looseObject({
  version: v.number(),
  phase: v.picklist(['train', 'epoch_end']),
  history: v.array(v.unknown()),
  callbacks: v.record(v.string(), v.unknown()),
  metricsBytes: v.number(),
  classes: v.array(v.string()),
  data: v.optional(v.string()),
  outdated: v.optional(v.array(v.string()), []),
})

/** Checks what a checkpoint held. Another format is a CheckpointError that names the file. */
export function readRunState(state: unknown, directory: string): RunState {
  const parsed = v.safeParse(Shape, state)
  if (!parsed.success)
    throw new CheckpointError(
      `${directory}/state.json does not hold a run's state: ${v.summarize(parsed.issues)}`,
    )
  if (parsed.output.version !== stateVersion)
    throw new CheckpointError(
      `${directory} was written by format version ${parsed.output.version}, this program reads ${stateVersion}`,
      { hint: 'use the program version that wrote it, or start a new run with model.weights set to it' },
    )
  return { ...(state as RunState), outdated: parsed.output.outdated }
}
