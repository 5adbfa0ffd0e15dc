import { ProtoWriter } from '../protobuf.ts'

/** A name with its value as JSON text. Names are whole: a slash or dot in them parts nothing. */
export type Items = readonly (readonly [name: string, json: string])[]

const VALUE_TAG_LOW = 0x82
const VALUE_TAG_HIGH = 0x01
const ITEM_TAG = 0x0a
const NUMBER_TAG = 0x08
const STEP_TAG = 0x12
const STEP_NUMBER_TAG = 0x08
/** Room before the items for the record's number, tag and length. */
const HEAD = 32
/** Two tags and two lengths of an item at their longest. */
const MOST_OVERHEAD = 16
/** Longer texts are left to the runtime's own encoder. */
const SHORT = 48

/**
 * Encodes the items of history, summary and config, which are alike: field 1, the name in 2, the value in 16. Rows are
 * logged by the hundred thousand, so names are encoded once and one buffer serves all.
 */
export class ItemEncoder {
  readonly #names = new Map<string, Uint8Array>()
  #bytes = Buffer.alloc(4096)
  #at = 0

  /** The encoded items; the bytes are good until the next call. */
  encode(items: Items): Uint8Array {
    this.#at = 0
    for (const [name, json] of items) this.#item(this.#nameOf(name), json)
    return this.#bytes.subarray(0, this.#at)
  }

  /** The whole record `number` of a row: the message `field` with the items and, in its field 2, the row's step. */
  row(number: number, field: number, items: Items, step: number): Uint8Array {
    this.#at = HEAD
    for (const [name, json] of items) this.#item(this.#nameOf(name), json)
    this.#reserve(MOST_OVERHEAD)
    this.#bytes[this.#at++] = STEP_TAG
    this.#varint(varintLength(step) + 1)
    this.#bytes[this.#at++] = STEP_NUMBER_TAG
    this.#varint(step)
    const end = this.#at
    const length = end - HEAD
    const start = HEAD - varintLength(number) - varintLength(field * 8) - varintLength(length) - 1
    this.#at = start
    this.#bytes[this.#at++] = NUMBER_TAG
    this.#varint(number)
    this.#varint(field * 8 + 2)
    this.#varint(length)
    return this.#bytes.subarray(start, end)
  }

  #nameOf(name: string): Uint8Array {
    const known = this.#names.get(name)
    if (known) return known
    const encoded = Uint8Array.from(new ProtoWriter().text(2, name).finish())
    this.#names.set(name, encoded)
    return encoded
  }

  #item(name: Uint8Array, json: string): void {
    const size = json.length < SHORT ? asciiLength(json) : Buffer.byteLength(json)
    this.#reserve(name.length + size + MOST_OVERHEAD)
    const bytes = this.#bytes
    bytes[this.#at++] = ITEM_TAG
    this.#varint(name.length + 2 + varintLength(size) + size)
    bytes.set(name, this.#at)
    this.#at += name.length
    bytes[this.#at++] = VALUE_TAG_LOW
    bytes[this.#at++] = VALUE_TAG_HIGH
    this.#varint(size)
    if (size === json.length && size < SHORT)
      for (let index = 0; index < size; index++) bytes[this.#at++] = json.charCodeAt(index)
    else this.#at += bytes.write(json, this.#at, 'utf8')
  }

  #varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#at + more))
    grown.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = grown
  }
}

/** Bytes of a text: its length where it is ASCII. */
function asciiLength(text: string): number {
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) > 127) return Buffer.byteLength(text)
  return text.length
}

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++
  return length
}
