import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'

const CHUNK = 262_144
const NEWLINE = 10

/** One value as `runs/log-batch` takes it. */
export interface Metric {
  readonly key: string
  readonly value: number | string
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number
  readonly step: number
}

/** Reads `metrics.jsonl` from where it stopped: memory stays small however far the server is behind. */
export class MetricCursor {
  readonly #path: string
  readonly #named: (key: string) => string
  #offset = 0
  /** Lines to pass over: they were sent by an earlier process. */
  #skip: number
  /** Lines that are behind the cursor. */
  lines = 0

  constructor(path: string, sentLines: number, named: (key: string) => string) {
    this.#path = path
    this.#skip = sentLines
    this.#named = named
  }

  /** The values of the next lines, at most `most` of them unless one line has more; empty at the end of the file. */
  async peek(most: number): Promise<{ readonly metrics: Metric[]; readonly advance: () => void }> {
    const metrics: Metric[] = []
    let offset = this.#offset
    let lines = this.lines
    if (existsSync(this.#path)) {
      const file = await open(this.#path)
      try {
        let rest = Buffer.alloc(0)
        reading: for (let at = offset; ; ) {
          const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, at)
          if (bytesRead === 0) break
          at += bytesRead
          rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
          for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
            const values = lines < this.#skip ? [] : this.#metrics(rest.subarray(0, end).toString('utf8'))
            if (metrics.length > 0 && metrics.length + values.length > most) break reading
            metrics.push(...values)
            offset += end + 1
            lines++
            rest = rest.subarray(end + 1)
          }
        }
      } finally {
        await file.close()
      }
    }
    const advance = (): void => {
      this.#offset = offset
      this.lines = lines
    }
    return { metrics, advance }
  }

  #metrics(line: string): Metric[] {
    const { time, step, ...values } = JSON.parse(line) as Record<string, number | null>
    const timestamp = Math.round((time ?? 0) * 1000)
    return Object.entries(values).map(([key, value]) => ({
      key: metricName(this.#named(key)),
      value: value ?? 'NaN',
      timestamp,
      step: step ?? 0,
    }))
  }
}

/** MLflow's names are letters, digits and `_-. /:`; what else a class name brings becomes `_`. */
export function metricName(key: string): string {
  return key.replace(/[^\p{L}\p{N}_\-. /:]/gu, '_').slice(0, 250)
}
