import { openSync, writeSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { isDiskError } from '../errors/index.ts'
import type { LogRecord, LogSink } from './logger.ts'

/** One JSON object a line: `{"time","level","source","message",…context}`, on its way to the disk when the call returns. */
export function fileSink(path: string): LogSink {
  const write = lineWriter(path)
  return (record) => write(`${JSON.stringify(toJson(record))}\n`)
}

/** Python's job log, as Hydra users know it: `[2026-01-31 14:05:09,123][train][INFO] - message`. */
export function jobLogSink(path: string): LogSink {
  const write = lineWriter(path)
  return (record) => {
    const pairs = Object.entries(record.context).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
    const text = stripVTControlCharacters(`${record.message}${pairs.join('')}`)
    write(`[${stamp(record.time)}][${record.source}][${record.level.toUpperCase()}] - ${text}\n`)
  }
}

/** A log must not end a run: what the disk refuses is said once, on the error stream. */
function lineWriter(path: string): (line: string) => void {
  const fd = openSync(path, 'a')
  let said = false
  return (line) => {
    try {
      writeSync(fd, line)
    } catch (error) {
      if (!isDiskError(error)) throw error
      if (!said) process.stderr.write(`warning: ${path} cannot be written: ${error.message}\n`)
      said = true
    }
  }
}

function toJson(record: LogRecord): Record<string, unknown> {
  return {
    time: record.time.toISOString(),
    level: record.level,
    source: record.source,
    message: stripVTControlCharacters(record.message),
    ...record.context,
  }
}

function stamp(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, '0')}`
}
