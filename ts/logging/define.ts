import type * as v from 'valibot'
import type { Target } from '../config/target.ts'
import type { ExperimentSink } from './experiment.ts'
import { guardedSink } from './guarded-sink.ts'
import type { Logger } from './logger.ts'

/** What a sink is told about the run that it follows. */
export interface SinkContext {
  /** Absolute path of the run folder. */
  readonly directory: string
  /** The composed configuration, plain values. */
  readonly config: unknown
  /** The last step that is settled: the run was resumed here, or begun again at 0. `null` for a fresh run. */
  readonly resumedStep: number | null
  readonly logger: Logger
}

/** A kind of experiment logger: how it is configured and how one is made. */
export interface LoggerDefinition<Schema extends v.GenericSchema = v.GenericSchema> extends Target<Schema> {
  create(options: v.InferOutput<Schema>, context: SinkContext): ExperimentSink
}

/** Keeps the schema's type while declaring a logger, and training safe from the failures of its sinks. */
export function defineLogger<Schema extends v.GenericSchema>(
  definition: LoggerDefinition<Schema>,
): LoggerDefinition<Schema> {
  return {
    ...definition,
    create: (options, context) =>
      guardedSink(definition.name, () => definition.create(options, context), context.logger),
  }
}
