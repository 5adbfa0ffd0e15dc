import { ProtoWriter, protoBytes, protoNumber, protoText, readProto } from '../protobuf.ts'
import type { ModelArtifact } from './artifact.ts'
import { ItemEncoder, type Items } from './item-encoder.ts'

/** What a run is called and how it is sorted in. */
export interface RunIdentity {
  readonly id: string
  readonly project: string
  readonly entity: string | undefined
  readonly name: string | undefined
  readonly notes: string | undefined
  readonly group: string | undefined
  readonly jobType: string | undefined
  readonly tags: readonly string[]
}

/** Field numbers of wandb_internal.proto's Record. */
const fields = {
  history: 2,
  summary: 3,
  files: 6,
  stats: 7,
  artifact: 8,
  metric: 12,
  outputRaw: 13,
  run: 17,
  exit: 18,
  header: 21,
} as const

type Fill = (message: ProtoWriter) => void

const STDOUT = 1

/** google.protobuf.Timestamp of seconds since the Unix epoch. */
function timestamp(time: number): Fill {
  return (message) => message.uint(1, Math.floor(time)).uint(2, Math.floor((time % 1) * 1e9))
}

/** Makes records, numbered from `first`. */
export class RecordMaker {
  #number: number
  readonly #encoder = new ItemEncoder()
  readonly #rows = new ItemEncoder()

  constructor(first = 1) {
    this.#number = first
  }

  header(): Uint8Array {
    return this.#record(fields.header, (header) => header.message(1, (version) => version.text(2, '0.0.1')))
  }

  /** `start` in seconds since the Unix epoch. */
  run(run: RunIdentity, config: Items, start: number): Uint8Array {
    return this.#record(fields.run, (message) => {
      message.text(1, run.id)
      if (run.entity) message.text(2, run.entity)
      message.text(3, run.project)
      message.message(4, (record) => record.raw(this.#encoder.encode(config)))
      if (run.group) message.text(6, run.group)
      if (run.jobType) message.text(7, run.jobType)
      if (run.name) message.text(8, run.name)
      if (run.notes) message.text(9, run.notes)
      for (const tag of run.tags) message.text(10, tag)
      message.message(17, timestamp(start))
    })
  }

  /**
   * Declares the axis of a metric; without `axis`, the metric is itself one. Metrics are named one by one: whether a glob
   * or what was expanded from one reaches the server differs between versions of the uploader.
   */
  metric(name: string, axis: string | undefined): Uint8Array {
    return this.#record(fields.metric, (message) => {
      message.text(1, name)
      if (axis === undefined) message.message(6, (options) => options.bool(3, true))
      else message.text(4, axis).message(6, (options) => options.bool(1, true))
    })
  }

  /** A row of the history; the bytes are good until the next row. `step` counts rows. */
  row(items: Items, step: number): Uint8Array {
    return this.#rows.row(this.#number++, fields.history, items, step)
  }

  summary(items: Items): Uint8Array {
    return this.#record(fields.summary, (message) => message.raw(this.#encoder.encode(items)))
  }

  /** A file below `files/` that is to be uploaded at once. */
  mediaFile(path: string): Uint8Array {
    return this.#record(fields.files, (message) =>
      message.message(1, (file) => file.text(1, path).uint(2, 0).uint(3, 2)),
    )
  }

  artifact(run: RunIdentity, artifact: ModelArtifact): Uint8Array {
    return this.#record(fields.artifact, (message) => {
      message.text(1, run.id).text(2, run.project)
      if (run.entity) message.text(3, run.entity)
      message.text(4, artifact.type).text(5, artifact.name).text(6, artifact.digest)
      message.text(8, artifact.metadata).bool(9, true)
      for (const alias of artifact.aliases) message.text(11, alias)
      message.message(12, (manifest) => {
        manifest.uint(1, 1).text(2, 'wandb-storage-policy-v1')
        manifest.message(3, (config) => config.text(1, 'storageLayout').text(2, '"V2"'))
        for (const { path, digest, size, localPath } of artifact.entries)
          manifest.message(4, (entry) => entry.text(1, path).text(2, digest).uint(4, size).text(6, localPath))
      })
      message.bool(14, true).text(15, artifact.clientId).text(16, artifact.sequenceClientId)
    })
  }

  /** A line of the console; `time` in seconds since the Unix epoch. */
  line(text: string, time: number): Uint8Array {
    return this.#record(fields.outputRaw, (message) => {
      message.uint(1, STDOUT)
      message.message(2, timestamp(time))
      message.text(3, `${text}\n`)
    })
  }

  /** A line of an earlier log. */
  sameLine(message: Uint8Array): Uint8Array {
    return this.#record(fields.outputRaw, (line) => line.raw(message))
  }

  /** The machine's load, under W&B's names. */
  stats(values: Readonly<Record<string, number>>, time: number): Uint8Array {
    return this.#record(fields.stats, (message) => {
      message.message(2, timestamp(time))
      for (const [key, value] of Object.entries(values))
        message.message(3, (item) => item.text(1, key).text(16, JSON.stringify(value)))
    })
  }

  exit(code: number, runtime: number): Uint8Array {
    return this.#record(fields.exit, (message) => message.uint(1, code).uint(2, Math.round(runtime)))
  }

  #record(field: number, fill: Fill): Uint8Array {
    return new ProtoWriter(512)
      .uint(1, this.#number++)
      .message(field, fill)
      .finish()
  }
}

/** What a log says about where it stands. */
export type ReadRecord =
  | { readonly kind: 'history'; readonly values: ReadonlyMap<string, string>; readonly step: number }
  | { readonly kind: 'summary'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'metric'; readonly name: string }
  | {
      readonly kind: 'run'
      readonly id: string
      readonly entity: string | undefined
      readonly project: string
      readonly start: number
    }
  /** `message` is the line's own message, encoded. */
  | { readonly kind: 'line'; readonly message: Uint8Array }
  | { readonly kind: 'header' }
  | { readonly kind: 'exit' }
  | { readonly kind: 'other' }

/** A record under another number; the number is the first field of all that are made here. */
export function renumbered(data: Uint8Array, number: number): Uint8Array {
  let end = 1
  while ((data[end++] ?? 0) >= 128);
  return new ProtoWriter(data.length + 16).uint(1, number).raw(data.subarray(end)).finish()
}

export function readRecord(data: Uint8Array): ReadRecord {
  const record = readProto(data)
  const inner = (field: number) => {
    const bytes = protoBytes(record, field)
    return bytes && readProto(bytes)
  }
  const history = inner(fields.history)
  if (history) {
    const step = protoNumber(readProto(protoBytes(history, 2) ?? new Uint8Array()), 1)
    return { kind: 'history', values: readItems(history), step }
  }
  const summary = inner(fields.summary)
  if (summary) return { kind: 'summary', values: readItems(summary) }
  const metric = inner(fields.metric)
  if (metric) return { kind: 'metric', name: protoText(metric, 1) ?? '' }
  const run = inner(fields.run)
  if (run) {
    const time = readProto(protoBytes(run, 17) ?? new Uint8Array())
    return {
      kind: 'run',
      id: protoText(run, 1) ?? '',
      entity: protoText(run, 2),
      project: protoText(run, 3) ?? '',
      start: protoNumber(time, 1) + protoNumber(time, 2) / 1e9,
    }
  }
  const line = protoBytes(record, fields.outputRaw)
  if (line) return { kind: 'line', message: line }
  if (inner(fields.header)) return { kind: 'header' }
  return inner(fields.exit) ? { kind: 'exit' } : { kind: 'other' }
}

function readItems(message: readonly { field: number; value: number | Uint8Array }[]): Map<string, string> {
  const values = new Map<string, string>()
  for (const { field, value } of message) {
    if (field !== 1 || typeof value === 'number') continue
    const item = readProto(value)
    values.set(protoText(item, 2) ?? '', protoText(item, 16) ?? '')
  }
  return values
}
