import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import * as v from 'valibot'

const Listed = v.object({
  /** Path among the run's artifacts. */
  place: v.string(),
  /** Absolute, or relative to the run folder. */
  file: v.string(),
  /** A picture of a step, which gets a thumbnail. */
  stepped: v.boolean(),
  /** Events with the same one are the same event; empty: every time anew. */
  event: v.string(),
})

export type ListedFile = v.InferOutput<typeof Listed>

/** The files that a run wants to have among its artifacts: `mlflow-files.jsonl`, which outlives the process. */
export class FileList {
  readonly #directory: string
  readonly #path: string
  readonly #files: ListedFile[]
  readonly #events: Set<string>

  constructor(directory: string, goesOn: boolean) {
    this.#directory = directory
    this.#path = join(directory, 'mlflow-files.jsonl')
    if (!goesOn) rmSync(this.#path, { force: true })
    this.#files = readList(this.#path)
    this.#events = new Set(this.#files.map(({ event }) => event))
  }

  get length(): number {
    return this.#files.length
  }

  at(index: number): ListedFile | undefined {
    const listed = this.#files[index]
    return (
      listed && {
        ...listed,
        file: isAbsolute(listed.file) ? listed.file : join(this.#directory, listed.file),
      }
    )
  }

  /** Adds a file, unless it was added for the same event by a process that fell back behind it. */
  add(listed: ListedFile): void {
    if (listed.event !== '' && this.#events.has(listed.event)) return
    const inside = relative(this.#directory, listed.file)
    const kept = { ...listed, file: inside.startsWith('..') ? listed.file : inside }
    appendFileSync(this.#path, `${JSON.stringify(kept)}\n`)
    this.#files.push(kept)
    this.#events.add(listed.event)
  }
}

function readList(path: string): ListedFile[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
  return lines.map((line) => v.parse(Listed, JSON.parse(line)))
}
