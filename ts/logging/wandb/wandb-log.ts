import { mkdirSync, mkdtempSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { stringify } from 'yaml'
import type { MetricRow } from '../experiment.ts'
import { type ArtifactFacts, type ArtifactFile, makeArtifact, makeArtifactLater } from './artifact.ts'
import type { Items } from './item-encoder.ts'
import { jsonNumber } from './json-value.ts'
import { RecordMaker, type RunIdentity } from './record.ts'
import { logPath, type ResumePoint, runFolders, STEP_KEY } from './resume-point.ts'
import { TransactionLog } from './transaction-log.ts'

export interface WandbLogOptions {
  readonly root: string
  readonly run: RunIdentity
  readonly config: Readonly<Record<string, unknown>>
  readonly resumed: ResumePoint | undefined
}

/** The summary is in the log this long, in milliseconds, after a row at the latest. */
const SUMMARY_MS = 1000

/** Where an event stands: the axes of the charts. */
export type Moment = Pick<MetricRow, 'epoch' | 'step' | 'time'>

/** The log of one run of Weights & Biases: rows, summary, files and the end, as `wandb sync` reads them. */
export class WandbLog {
  readonly folder: string
  readonly files: string
  readonly #run: RunIdentity
  readonly #log: TransactionLog
  readonly #make: RecordMaker
  readonly #start: number
  readonly #defined: Set<string>
  readonly #summary: Map<string, string>
  #step: number
  #runtime = 0
  #closed = false
  /** Names whose value in the summary is not in the log yet. */
  readonly #owed = new Set<string>()
  #summarizedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor({ root, run, config, resumed }: WandbLogOptions) {
    const now = Date.now() / 1000
    this.#run = run
    this.#start = resumed?.start ?? now
    this.#step = resumed?.nextStep ?? 0
    this.#defined = new Set(resumed?.defined)
    this.#summary = new Map(resumed?.summary)
    this.folder = resumed?.folder ?? newFolder(root, run.id)
    this.files = join(this.folder, 'files')
    for (const name of ['files', 'logs']) mkdirSync(join(this.folder, name), { recursive: true })
    this.#log = new TransactionLog(logPath(this.folder, run.id), resumed?.keepBytes ?? 0)
    this.#make = new RecordMaker((resumed?.records ?? 0) + 1)
    const items = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value ?? null)] as const)
    if (!resumed?.folder) {
      this.#log.append([
        this.#make.header(),
        this.#make.run(run, items, this.#start),
        this.#make.metric(STEP_KEY, undefined),
        ...(resumed?.lines ?? []).map((line) => this.#make.sameLine(line)),
      ])
      for (const name of this.#summary.keys()) this.#owed.add(name)
    }
    const wrapped = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, { value }]))
    writeFileSync(join(this.files, 'config.yaml'), stringify(wrapped))
    pointLatest(root, this.folder)
  }

  /**
   * A row: metrics and media of one moment. It is on its way to the disk when this returns; the summary that follows from
   * it, the last value of every name, is so at most `SUMMARY_MS` later.
   */
  row(moment: Moment, scalars: Readonly<Record<string, number>>, media: Items): void {
    this.#runtime = Math.max(0, moment.time - this.#start)
    const items: [string, string][] = []
    for (const name in scalars) items.push([name, jsonNumber(scalars[name] ?? Number.NaN)])
    for (const [name, json] of media) items.push([name, json])
    const records: Uint8Array[] = []
    for (const [name] of items) {
      if (this.#defined.has(name) || name === STEP_KEY) continue
      this.#defined.add(name)
      records.push(this.#make.metric(name, STEP_KEY))
    }
    const step = this.#step++
    if (scalars.epoch === undefined) items.push(['epoch', jsonNumber(moment.epoch)])
    items.push(
      [STEP_KEY, jsonNumber(moment.step)],
      ['_step', String(step)],
      ['_runtime', jsonNumber(this.#runtime)],
      ['_timestamp', jsonNumber(moment.time)],
    )
    for (const [name, json] of items) {
      this.#summary.set(name, json)
      this.#owed.add(name)
    }
    records.push(this.#make.row(items, step))
    const now = performance.now()
    if (now - this.#summarizedAt >= SUMMARY_MS) records.push(this.#owedSummary(now))
    else if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#log.append([this.#owedSummary(performance.now())]), SUMMARY_MS)
      this.#timer.unref()
    }
    this.#log.append(records)
  }

  /** The record that brings the summary in the log up to date. */
  #owedSummary(now: number): Uint8Array {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#summarizedAt = now
    const items = [...this.#owed].map((name) => [name, this.#summary.get(name) ?? 'null'] as const)
    this.#owed.clear()
    return this.#make.summary(items)
  }

  summary(items: Items): void {
    for (const [name, json] of items) {
      this.#summary.set(name, json)
      this.#owed.add(name)
    }
    this.#log.append([this.#owedSummary(performance.now())])
  }

  /** Console lines; `time` in seconds since the Unix epoch. */
  lines(lines: readonly { readonly text: string; readonly time: number }[]): void {
    if (lines.length > 0 && !this.#closed)
      this.#log.append(lines.map(({ text, time }) => this.#make.line(text, time)))
  }

  /** The machine's load. */
  stats(values: Readonly<Record<string, number>>): void {
    if (!this.#closed) this.#log.append([this.#make.stats(values, Date.now() / 1000)])
  }

  /** Announces a file that lies below `files/`. */
  media(path: string): void {
    this.#log.append([this.#make.mediaFile(path)])
  }

  /** Keeps files for the upload and logs them; answers the identifier that other records name it by. */
  artifact(facts: Omit<ArtifactFacts, 'directory'>, files: readonly ArtifactFile[]): string {
    const directory = this.#artifactFolder(facts.name)
    const artifact = makeArtifact({ ...facts, directory }, files)
    this.#log.append([this.#make.artifact(this.#run, artifact)])
    return artifact.clientId
  }

  /** The same, without holding up the caller: the files are kept at once and read in pieces. */
  async laterArtifact(
    facts: Omit<ArtifactFacts, 'directory'>,
    files: readonly ArtifactFile[],
  ): Promise<void> {
    const directory = this.#artifactFolder(facts.name)
    const artifact = await makeArtifactLater({ ...facts, directory }, files)
    this.#log.append([this.#make.artifact(this.#run, artifact)])
  }

  /** A folder of its own: what an earlier artifact linked is never written over. */
  #artifactFolder(name: string): string {
    mkdirSync(join(this.folder, 'artifacts'), { recursive: true })
    return mkdtempSync(join(this.folder, 'artifacts', `${name}-${this.#step}-`))
  }

  flush(): void {
    this.#log.flush()
  }

  finish(exitCode: number): void {
    const shown = [...this.#summary].map(([name, json]) => `${JSON.stringify(name)}: ${json}`).join(', ')
    writeFileSync(join(this.files, 'wandb-summary.json'), `{${shown}}\n`)
    this.#log.append([this.#owedSummary(performance.now()), this.#make.exit(exitCode, this.#runtime)])
    this.#closed = true
    this.#log.close()
  }
}

function newFolder(root: string, id: string): string {
  const newest = runFolders(root, id).at(-1)
  for (let time = Date.now(); ; time += 1000) {
    const folder = join(root, `offline-run-${stamp(new Date(time))}-${id}`)
    if (newest !== undefined && folder <= newest) continue
    mkdirSync(folder, { recursive: true })
    return folder
  }
}

/** `YYYYMMDD_HHMMSS`, local time, as the Python client names its folders. */
function stamp(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`
  return `${date}_${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`
}

/** `latest-run`, as the Python client keeps it, where the file system has links. */
function pointLatest(root: string, folder: string): void {
  const link = join(root, 'latest-run')
  try {
    unlinkSync(link)
  } catch {
    // There was none.
  }
  try {
    symlinkSync(basename(folder), link)
  } catch {
    // A convenience; the folder is found without it.
  }
}
