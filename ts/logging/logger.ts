import { masked, maskedDeep } from '../text/secrets.ts'

/** From the least to the most severe. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

/** Key/value pairs that belong to a line. */
export type Context = Readonly<Record<string, unknown>>

/** A structured line, before anybody formats it. */
export interface LogRecord {
  readonly time: Date
  readonly level: Level
  /** Who wrote it: `train`, `engine::session`, … */
  readonly source: string
  readonly message: string
  readonly context: Context
}

/** Takes finished records: the console, a file, a test. */
export type LogSink = (record: LogRecord) => void

/** The one way to say something about a run that is not a result. */
export interface Logger {
  log(level: Level, message: string, context?: Context): void
  debug(message: string, context?: Context): void
  info(message: string, context?: Context): void
  warn(message: string, context?: Context): void
  error(message: string, context?: Context): void
  /** A logger whose lines carry another source. */
  child(source: string): Logger
}

/**
 * A logger over sinks; lines below `threshold` are dropped. `sinks` may grow while it runs. What `secrets` names, and users
 * and passwords in addresses, reach no sink.
 */
export function createLogger(
  source: string,
  threshold: Level,
  sinks: readonly LogSink[],
  secrets: readonly string[] = [],
): Logger {
  const least = levels.indexOf(threshold)
  const log = (level: Level, message: string, context: Context = {}): void => {
    if (levels.indexOf(level) < least) return
    const record: LogRecord = {
      time: new Date(),
      level,
      source,
      message: masked(message, secrets),
      context: maskedDeep(context, secrets) as Context,
    }
    for (const sink of sinks) sink(record)
  }
  return {
    log,
    debug: (message, context) => log('debug', message, context),
    info: (message, context) => log('info', message, context),
    warn: (message, context) => log('warn', message, context),
    error: (message, context) => log('error', message, context),
    child: (name) => createLogger(name, threshold, sinks, secrets),
  }
}
