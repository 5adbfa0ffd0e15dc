import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { diskFailure, injectionPoint } from '../errors/index.ts'
import type { MetricRow } from './experiment.ts'

const leading = ['epoch', 'step'] as const

/** Lines of `metrics.csv` wait this long, in milliseconds, and are this many at the most: a flood is written together. */
const CSV_WAIT_MS = 250
const CSV_LINES = 256

/** `metrics.jsonl`, the truth about a run, and `metrics.csv`, the same in the layout of Lightning's CSVLogger. */
export class MetricsFile {
  readonly #jsonl: string
  readonly #csv: string
  readonly #fd: number
  #bytes: number
  #columns: string[] = []
  #known: ReadonlySet<string> = new Set()
  #csvFd: number | undefined
  #csvLines: string[] = []
  #csvTimer: ReturnType<typeof setTimeout> | undefined
  #csvFailure: { readonly error: unknown } | undefined

  /** Opens the files of a run; what lies beyond `keepBytes` of `metrics.jsonl` is cut. */
  constructor(directory: string, keepBytes = 0) {
    this.#jsonl = join(directory, 'metrics.jsonl')
    this.#csv = join(directory, 'metrics.csv')
    this.#fd = openSync(this.#jsonl, 'a')
    this.#bytes = Math.min(statSync(this.#jsonl).size, keepBytes)
    ftruncateSync(this.#fd, this.#bytes)
    this.#rewriteCsv()
  }

  /** Length of `metrics.jsonl` so far. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Appends one event; it is on its way to the disk when this returns. `metrics.csv` follows a moment later. What the disk
   * refuses is a CheckpointError.
   */
  append(row: MetricRow): void {
    try {
      this.#append(row)
    } catch (error) {
      throw diskFailure(this.#jsonl, error)
    }
  }

  #append(row: MetricRow): void {
    if (this.#csvFailure) throw this.#csvFailure.error
    const flat = flatten(row)
    const line = `${JSON.stringify(flat)}\n`
    injectionPoint('metrics.before')
    const written = writeSync(this.#fd, line)
    if (written < Buffer.byteLength(line))
      throw Object.assign(new Error('only a part of a line could be written'), { code: 'ENOSPC' })
    this.#bytes += written
    injectionPoint('metrics.written')
    for (const name in row.scalars)
      if (!this.#known.has(name)) {
        this.#rewriteCsv()
        return
      }
    this.#csvLines.push(this.#csvLine(flat))
    if (this.#csvLines.length >= CSV_LINES) this.#flushCsv()
    else if (this.#csvTimer === undefined) {
      this.#csvTimer = setTimeout(() => this.#flushLater(), CSV_WAIT_MS)
      this.#csvTimer.unref()
    }
  }

  close(): void {
    this.#flushCsv()
    if (this.#csvFd !== undefined) closeSync(this.#csvFd)
    closeSync(this.#fd)
  }

  /** Nobody hears what a timer throws: the next event says it. */
  #flushLater(): void {
    try {
      this.#flushCsv()
    } catch (error) {
      this.#csvFailure = { error }
    }
  }

  #flushCsv(): void {
    clearTimeout(this.#csvTimer)
    this.#csvTimer = undefined
    if (this.#csvLines.length === 0) return
    this.#csvFd ??= openSync(this.#csv, 'a')
    writeSync(this.#csvFd, this.#csvLines.join(''))
    this.#csvLines = []
  }

  #rewriteCsv(): void {
    // The lines that wait are in metrics.jsonl already.
    clearTimeout(this.#csvTimer)
    this.#csvTimer = undefined
    this.#csvLines = []
    const rows = existsSync(this.#jsonl) ? readRows(this.#jsonl) : []
    const names = new Set(rows.flatMap((row) => Object.keys(row)))
    for (const name of [...leading, 'time']) names.delete(name)
    this.#columns = [...names].sort()
    this.#known = new Set(this.#columns)
    const header = [...leading, ...this.#columns].map(quote).join(',')
    writeFileSync(
      this.#csv,
      rows.length === 0 ? '' : `${header}\n${rows.map((row) => this.#csvLine(row)).join('')}`,
    )
  }

  #csvLine(row: Readonly<Record<string, number | null>>): string {
    let line = `${row.epoch ?? ''},${row.step ?? ''}`
    for (const name of this.#columns) line += `,${row[name] ?? ''}`
    return `${line}\n`
  }
}

/** The rows of a `metrics.jsonl`, flat; a torn last line is left out. */
export function readRows(file: string): Record<string, number | null>[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, number | null>)
}

function flatten(row: MetricRow): Record<string, number> {
  return { epoch: row.epoch, step: row.step, time: row.time, ...row.scalars }
}

function quote(name: string): string {
  return /[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}
