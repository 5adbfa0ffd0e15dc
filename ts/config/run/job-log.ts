import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ConfigNode } from '../node.ts'
import { nodeAt } from '../tree/path.ts'

const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const
export type LogLevel = (typeof LEVELS)[number]

/** What a resolved `hydra.job_logging` or `hydra.hydra_logging` asks for. */
export interface LogPlan {
  readonly level: LogLevel
  /** Format of console lines; undefined for none. */
  readonly console: string | undefined
  readonly file: { readonly path: string; readonly format: string } | undefined
}

const PLAIN_FORMAT = '%(message)s'

/** Reads level, formats and file of a resolved logging node; other keys of Python's logging are left alone. */
export function logPlan(node: ConfigNode | undefined, verbose: boolean): LogPlan {
  const text = (path: readonly string[]): string | undefined => {
    const found = node && nodeAt(node, path)
    return found?.kind === 'str' ? found.value : undefined
  }
  const handlers = node && nodeAt(node, ['root', 'handlers'])
  const names =
    handlers?.kind === 'list' ? handlers.items.map((item) => (item.kind === 'str' ? item.value : '')) : []
  const formatOf = (handler: string): string => {
    const formatter = text(['handlers', handler, 'formatter'])
    return (formatter && text(['formatters', formatter, 'format'])) ?? PLAIN_FORMAT
  }
  const ofClass = (part: string): string | undefined => {
    return names.find((name) => text(['handlers', name, 'class'])?.includes(part))
  }
  const fileHandler = ofClass('FileHandler')
  const consoleHandler = ofClass('StreamHandler')
  const path = fileHandler && text(['handlers', fileHandler, 'filename'])
  const level = LEVELS.find((each) => each === text(['root', 'level'])) ?? 'WARNING'
  return {
    level: verbose ? 'DEBUG' : level,
    console: consoleHandler && formatOf(consoleHandler),
    file: fileHandler && path ? { path, format: formatOf(fileHandler) } : undefined,
  }
}

export interface JobLog {
  write(level: LogLevel, logger: string, message: string): void
}

/** Opens a log as Python's logging would: the file exists from then on. */
export function openJobLog(
  plan: LogPlan,
  printLine: (line: string) => void,
  clock: () => Date = () => new Date(),
): JobLog {
  if (plan.file) {
    mkdirSync(dirname(plan.file.path), { recursive: true })
    writeFileSync(plan.file.path, '', { flag: 'a' })
  }
  return {
    write(level, logger, message) {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(plan.level)) return
      const record = { level, logger, message, time: clock() }
      if (plan.console !== undefined) printLine(formatRecord(plan.console, record))
      if (plan.file) appendFileSync(plan.file.path, `${formatRecord(plan.file.format, record)}\n`)
    },
  }
}

interface LogRecord {
  readonly level: LogLevel
  readonly logger: string
  readonly message: string
  readonly time: Date
}

/** Fills `%(asctime)s`, `%(name)s`, `%(levelname)s` and `%(message)s`. */
export function formatRecord(format: string, record: LogRecord): string {
  const values: Readonly<Record<string, string>> = {
    asctime: stamp(record.time),
    name: record.logger,
    levelname: record.level,
    message: record.message,
  }
  return format.replaceAll(/%\((\w+)\)-?\d*[sd]/g, (match, name: string) => values[name] ?? match)
}

function stamp(time: Date): string {
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
  const date = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
  return `${date} ${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())},${pad(time.getMilliseconds(), 3)}`
}
