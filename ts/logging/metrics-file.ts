import {
  appendFileSync,
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
import type { MetricRow } from './experiment.ts'

const leading = ['epoch', 'step'] as const

/** `metrics.jsonl`, the truth about a run, and `metrics.csv`, the same in the layout of Lightning's CSVLogger. */
export class MetricsFile {
  readonly #jsonl: string
  readonly #csv: string
  readonly #fd: number
  #bytes: number
  #columns: string[] = []

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

  /** Appends one event; it is on its way to the disk when this returns. */
  append(row: MetricRow): void {
    const line = `${JSON.stringify(flatten(row))}\n`
    this.#bytes += writeSync(this.#fd, line)
    const fresh = Object.keys(row.scalars).some((name) => !this.#columns.includes(name))
    if (fresh) this.#rewriteCsv()
    else appendFileSync(this.#csv, this.#csvLine(flatten(row)))
  }

  close(): void {
    closeSync(this.#fd)
  }

  #rewriteCsv(): void {
    const rows = existsSync(this.#jsonl) ? readRows(this.#jsonl) : []
    const names = new Set(rows.flatMap((row) => Object.keys(row)))
    for (const name of [...leading, 'time']) names.delete(name)
    this.#columns = [...names].sort()
    const header = [...leading, ...this.#columns].map(quote).join(',')
    writeFileSync(
      this.#csv,
      rows.length === 0 ? '' : `${header}\n${rows.map((row) => this.#csvLine(row)).join('')}`,
    )
  }

  #csvLine(row: Readonly<Record<string, number | null>>): string {
    return `${[...leading, ...this.#columns].map((name) => row[name] ?? '').join(',')}\n`
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
