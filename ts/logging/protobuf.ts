const encoder = new TextEncoder()
const scratchBytes = new Uint8Array(8)
const scratch = new DataView(scratchBytes.buffer)

/** Writes one protobuf message, field by field in the order of the calls. */
export class ProtoWriter {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** A non-negative integer, at most 2^53 − 1. */
  uint(field: number, value: number): this {
    this.#varint(field * 8)
    this.#varint(value)
    return this
  }

  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0)
  }

  double(field: number, value: number): this {
    this.#varint(field * 8 + 1)
    this.#reserve(8)
    scratch.setFloat64(0, value, true)
    this.#bytes.set(scratchBytes, this.#length)
    this.#length += 8
    return this
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + 5)
    this.#reserve(4)
    scratch.setFloat32(0, value, true)
    for (let index = 0; index < 4; index++) this.#bytes[this.#length + index] = scratchBytes[index] ?? 0
    this.#length += 4
    return this
  }

  text(field: number, value: string): this {
    const most = value.length * 3
    if (most >= 128) return this.bytes(field, Buffer.from(value, 'utf8'))
    this.#varint(field * 8 + 2)
    this.#reserve(most + 1)
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length + 1))
    this.#bytes[this.#length] = written
    this.#length += written + 1
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2)
    this.#varint(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
    return this
  }

  /** Announces a field of `length` bytes that follow. */
  tag(field: number, length: number): this {
    this.#varint(field * 8 + 2)
    this.#varint(length)
    return this
  }

  /** Fields that are encoded already. */
  raw(fields: Uint8Array): this {
    this.#reserve(fields.length)
    this.#bytes.set(fields, this.#length)
    this.#length += fields.length
    return this
  }

  message(field: number, fill: (message: ProtoWriter) => void): this {
    this.#varint(field * 8 + 2)
    this.#reserve(1)
    const start = ++this.#length
    fill(this)
    const length = this.#length - start
    if (length < 128) {
      this.#bytes[start - 1] = length
      return this
    }
    // The length needs more than the byte that was left for it.
    let more = 0
    for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) more++
    this.#reserve(more)
    this.#bytes.copyWithin(start + more, start, this.#length)
    this.#length = start - 1
    this.#varint(length)
    this.#length += length
    return this
  }

  /** The message so far. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** A field of a message as it lies on the wire: a number for varints and floats, bytes for the rest. */
export interface ProtoField {
  readonly field: number
  readonly value: number | Uint8Array
}

/** The fields of a message. @throws RangeError where it is torn */
export function readProto(bytes: Uint8Array): ProtoField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: ProtoField[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = view.getUint8(at++)
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const field = Math.floor(key / 8)
    const wire = key % 8
    if (wire === 0) fields.push({ field, value: varint() })
    else if (wire === 1) {
      fields.push({ field, value: view.getFloat64(at, true) })
      at += 8
    } else if (wire === 5) {
      fields.push({ field, value: view.getFloat32(at, true) })
      at += 4
    } else if (wire === 2) {
      const length = varint()
      if (at + length > bytes.length) throw new RangeError('torn message')
      fields.push({ field, value: bytes.subarray(at, at + length) })
      at += length
    } else throw new RangeError(`wire type ${wire}`)
  }
  return fields
}

/** The last value of a field, as text. */
export function protoText(fields: readonly ProtoField[], field: number): string | undefined {
  const value = protoBytes(fields, field)
  return value && Buffer.from(value).toString('utf8')
}

/** The last value of a field that holds bytes: text or a message. */
export function protoBytes(fields: readonly ProtoField[], field: number): Uint8Array | undefined {
  const value = fields.findLast((candidate) => candidate.field === field)?.value
  return typeof value === 'object' ? value : undefined
}

/** The last value of a number; 0 where it is left out, as protobuf has it. */
export function protoNumber(fields: readonly ProtoField[], field: number): number {
  const value = fields.findLast((candidate) => candidate.field === field)?.value
  return typeof value === 'number' ? value : 0
}
