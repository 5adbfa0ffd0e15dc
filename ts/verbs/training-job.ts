import type { CallbackDefinition } from '../callbacks/define.ts'
import type { Config } from '../config/schema/config.ts'
import type { LoggerDefinition } from '../logging/define.ts'
import type { ExperimentSink } from '../logging/experiment.ts'
import type { Logger, LogSink } from '../logging/logger.ts'
import type { Session } from '../native/engine.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import type { Callback } from '../train/callback.ts'
import type { Summary } from '../train/summary.ts'

/** A configuration that is ready to run, in a run folder that exists. */
export interface TrainingJob {
  readonly config: Config<CallbackDefinition, LoggerDefinition>
  /** The composed configuration as plain values, for experiment loggers. */
  readonly composed: unknown
  /** Absolute path. */
  readonly directory: string
}

/** What the caller of a training provides: how to speak, when to stop, who else listens. */
export interface TrainingSurroundings {
  readonly engine: Promise<NativeEngine>
  readonly logger: Logger
  /** The logger's sinks: the run adds its own files. */
  readonly sinks: LogSink[]
  readonly interrupt: AbortSignal
  /** Beside the configured ones. */
  readonly callbacks: readonly Callback[]
  /** Follow the run's events, beside the configured loggers. */
  readonly followers?: readonly ExperimentSink[]
  /** Passes on what the console shows, from its first line; where it is left out, the log's lines stand for it. */
  followConsole?(listener: (line: string) => void): void
  /** Called once the session is there. */
  onSession?(session: Session): void
  /** Called after each save: the run folder holds a state that can be gone on from. */
  readonly onSaved?: (() => void) | undefined
  /** Milliseconds since the epoch at which the process was started. */
  readonly startedAt: number
}

/** How a training ended. */
export interface TrainingOutcome {
  readonly summary: Summary
  readonly directory: string
  /** The run was complete before; nothing was done. */
  readonly already: boolean
}
