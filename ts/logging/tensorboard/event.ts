import { ProtoWriter, protoBytes, protoNumber, protoText, readProto } from '../protobuf.ts'

/** One value of an event, under the numbers of tensorboard's `summary.proto`. */
export type EventValue =
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | {
      readonly kind: 'image'
      readonly tag: string
      readonly png: Uint8Array
      readonly width: number
      readonly height: number
      readonly caption: string | undefined
    }
  | { readonly kind: 'text'; readonly tag: string; readonly text: string }
  | {
      readonly kind: 'histogram'
      readonly tag: string
      /** One more than there are counts, ascending. */
      readonly edges: readonly number[]
      readonly counts: readonly number[]
    }
  | { readonly kind: 'plugin'; readonly tag: string; readonly plugin: string; readonly content: Uint8Array }

const SESSION_START = 1
const DT_STRING = 7
const RGB = 3

/** The event that a file begins with. */
export function versionEvent(time: number): Uint8Array {
  return new ProtoWriter().double(1, time).text(3, 'brain.Event:2').finish()
}

/** Tells readers to forget what they have read at `step` and beyond. */
export function restartEvent(time: number, step: number): Uint8Array {
  return new ProtoWriter()
    .double(1, time)
    .uint(2, step)
    .message(7, (log) => log.uint(1, SESSION_START))
    .finish()
}

export function summaryEvent(time: number, step: number, values: readonly EventValue[]): Uint8Array {
  return new ProtoWriter(64 + values.length * 40)
    .double(1, time)
    .uint(2, step)
    .message(5, (summary) => {
      for (const value of values) summary.message(1, (message) => writeValue(message, value))
    })
    .finish()
}

function writeValue(message: ProtoWriter, value: EventValue): void {
  message.text(1, value.tag)
  if (value.kind === 'scalar') message.float(2, value.value)
  else if (value.kind === 'image') {
    message.message(4, (image) =>
      image.uint(1, value.height).uint(2, value.width).uint(3, RGB).bytes(4, value.png),
    )
    message.message(9, (meta) => {
      meta.message(1, (plugin) => plugin.text(1, 'images'))
      if (value.caption !== undefined) meta.text(3, value.caption)
    })
  } else if (value.kind === 'text') {
    message.message(8, (tensor) => tensor.uint(1, DT_STRING).message(2, oneItem).text(8, value.text))
    message.message(9, (meta) => meta.message(1, (plugin) => plugin.text(1, 'text')))
  } else if (value.kind === 'histogram') message.message(5, (histogram) => writeHistogram(histogram, value))
  else
    message.message(9, (meta) =>
      meta.message(1, (plugin) => plugin.text(1, value.plugin).bytes(2, value.content)),
    )
}

/** HistogramProto; sums take the middle of a bin for its values, as nothing better is known of them. */
function writeHistogram(
  message: ProtoWriter,
  { edges, counts }: Extract<EventValue, { kind: 'histogram' }>,
): void {
  const middles = counts.map((_, bin) => ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2)
  const total = (of: (middle: number) => number): number =>
    counts.reduce((sum, count, bin) => sum + count * of(middles[bin] ?? 0), 0)
  message.double(1, edges[0] ?? 0).double(2, edges.at(-1) ?? 0)
  message
    .double(
      3,
      total(() => 1),
    )
    .double(
      4,
      total((middle) => middle),
    )
    .double(
      5,
      total((middle) => middle ** 2),
    )
  message.bytes(6, doubles(edges.slice(1))).bytes(7, doubles(counts))
}

/** A packed repeated double. */
function doubles(values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [index, value] of values.entries()) bytes.writeDoubleLE(value, index * 8)
  return bytes
}

/** TensorShapeProto [1]. */
function oneItem(shape: ProtoWriter): void {
  shape.message(2, (dimension) => dimension.uint(1, 1))
}

/** Step and tags of an event; `restart` where it is a restart at this step. */
export function readEvent(bytes: Uint8Array): { step: number; tags: string[]; restart: boolean } {
  const event = readProto(bytes)
  const summary = readProto(protoBytes(event, 5) ?? new Uint8Array())
  const tags = summary.flatMap(({ field, value }) =>
    field === 1 && typeof value === 'object' ? [protoText(readProto(value), 1) ?? ''] : [],
  )
  return { step: protoNumber(event, 2), tags, restart: protoBytes(event, 7) !== undefined }
}
