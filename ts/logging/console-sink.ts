import type { Level, LogRecord, LogSink } from './logger.ts'

/** Where human lines go and how they may look. */
export interface ConsoleTarget {
  readonly color: boolean
  line(text: string): void
}

const marks: Record<Level, { readonly text: string; readonly code: number }> = {
  trace: { text: 'trace', code: 2 },
  debug: { text: 'debug', code: 2 },
  info: { text: 'info ', code: 36 },
  warn: { text: 'warn ', code: 33 },
  error: { text: 'error', code: 31 },
}

/** Lines for people: `12:03:04 warn  message  key=value`; `info` carries no mark. */
export function consoleSink(target: ConsoleTarget): LogSink {
  return (record) => target.line(formatLine(record, target.color))
}

export function formatLine(record: LogRecord, color: boolean): string {
  const paint = (code: number, text: string): string => (color ? `\x1b[${code}m${text}\x1b[0m` : text)
  const mark = marks[record.level]
  const time = paint(2, record.time.toTimeString().slice(0, 8))
  const head = record.level === 'info' ? time : `${time} ${paint(mark.code, mark.text)}`
  const pairs = Object.entries(record.context).map(([key, value]) => paint(2, `${key}=${show(value)}`))
  return [head, record.message, ...pairs].join(' ')
}

function show(value: unknown): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value) ?? 'undefined'
}
