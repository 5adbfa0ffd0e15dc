import { consoleSink } from '../../logging/console-sink.ts'
import { createLogger, type Level, type Logger, type LogSink } from '../../logging/logger.ts'

/** Whoever takes a caller's lines; a `Logger` is one. */
export type Listener = Pick<Logger, 'log'>

/** A logger for work that a program asked for, and its sinks. Without a listener, warnings and errors go to stderr. */
export function callerLogger(
  source: string,
  threshold: Level,
  listener: Listener | undefined,
): { readonly logger: Logger; readonly sinks: LogSink[] } {
  const sinks: LogSink[] = [listener ? passOn(listener) : onStderr]
  return { logger: createLogger(source, threshold, sinks), sinks }
}

function passOn(listener: Listener): LogSink {
  return ({ level, message, context }) => listener.log(level, message, context)
}

const stderr = consoleSink({ color: false, line: (text) => void process.stderr.write(`${text}\n`) })

const onStderr: LogSink = (record) => {
  if (record.level === 'warn' || record.level === 'error') stderr(record)
}
