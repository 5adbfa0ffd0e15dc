import { closeSync, fsync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const BLOCK = 32_768
const CHUNK_HEADER = 7
/** `:W&B`, 0xBEE1 little-endian, version 0. */
const FILE_HEADER = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00])
const FULL = 1
const FIRST = 2
const MIDDLE = 3
const LAST = 4

/**
 * Weights & Biases' log file: LevelDB's format with CRC-32 (IEEE) over type and payload, after a header that counts as
 * part of the first block.
 */
export class TransactionLog {
  readonly #fd: number
  #position: number
  /** Frames of one append; kept, so that a row makes no garbage. */
  #frames = Buffer.alloc(BLOCK)
  #framed = 0

  /** Makes the file, or goes on in one, of which the first `keepBytes` stay. */
  constructor(path: string, keepBytes = 0) {
    this.#fd = openSync(path, keepBytes === 0 ? 'wx' : 'r+')
    if (keepBytes > 0) ftruncateSync(this.#fd, keepBytes)
    this.#position = keepBytes
    if (keepBytes === 0) this.#write(FILE_HEADER, FILE_HEADER.length)
  }

  /** Appends records with one write; they are on their way to the disk when this returns. */
  append(records: readonly Uint8Array[]): void {
    this.#framed = 0
    for (const record of records) this.#frame(record)
    this.#write(this.#frames, this.#framed)
  }

  /** Asks the system to bring everything to the disk, without waiting. */
  flush(): void {
    fsync(this.#fd, () => {})
  }

  close(): void {
    fsyncSync(this.#fd)
    closeSync(this.#fd)
  }

  #write(bytes: Uint8Array, length: number): void {
    let done = 0
    while (done < length) done += writeSync(this.#fd, bytes, done, length - done, this.#position + done)
    this.#position += length
  }

  /** Adds a record's chunks to the frames. */
  #frame(record: Uint8Array): void {
    const blocks = Math.ceil(record.length / (BLOCK - CHUNK_HEADER)) + 1
    this.#reserve(record.length + blocks * 2 * CHUNK_HEADER)
    let done = 0
    let begun = false
    for (;;) {
      const left = BLOCK - ((this.#position + this.#framed) % BLOCK)
      if (left < CHUNK_HEADER) {
        this.#frames.fill(0, this.#framed, this.#framed + left)
        this.#framed += left
        continue
      }
      const length = Math.min(record.length - done, left - CHUNK_HEADER)
      const isLast = done + length === record.length
      const start = this.#framed
      const end = start + CHUNK_HEADER + length
      this.#frames[start + 6] = !begun ? (isLast ? FULL : FIRST) : isLast ? LAST : MIDDLE
      begun = true
      this.#frames.set(
        length === record.length ? record : record.subarray(done, done + length),
        start + CHUNK_HEADER,
      )
      this.#frames.writeUInt32LE(crc32(this.#frames.subarray(start + 6, end)), start)
      this.#frames.writeUInt16LE(length, start + 4)
      this.#framed = end
      done += length
      if (isLast) return
    }
  }

  #reserve(more: number): void {
    if (this.#framed + more <= this.#frames.length) return
    const grown = Buffer.alloc(Math.max(this.#frames.length * 2, this.#framed + more))
    grown.set(this.#frames.subarray(0, this.#framed))
    this.#frames = grown
  }
}

/** A record and the position in the file after it. */
export interface LoggedRecord {
  readonly data: Uint8Array
  readonly end: number
}

/** The records of a log up to the first torn or damaged one. @throws Error where the file is no such log */
export function readTransactionLog(path: string): LoggedRecord[] {
  const file = readFileSync(path)
  if (!file.subarray(0, FILE_HEADER.length).equals(FILE_HEADER))
    throw new Error(`${path} is no log of Weights & Biases`)
  const records: LoggedRecord[] = []
  let parts: Uint8Array[] = []
  let at = FILE_HEADER.length
  while (at < file.length) {
    const left = BLOCK - (at % BLOCK)
    if (left < CHUNK_HEADER) {
      at += left
      continue
    }
    if (at + CHUNK_HEADER > file.length) break
    const end = at + CHUNK_HEADER + file.readUInt16LE(at + 4)
    const kind = file.readUInt8(at + 6)
    if (end > file.length || crc32(file.subarray(at + 6, end)) !== file.readUInt32LE(at)) break
    if (kind === FULL || kind === FIRST) parts = []
    parts.push(file.subarray(at + CHUNK_HEADER, end))
    if (kind === FULL || kind === LAST) records.push({ data: Buffer.concat(parts), end })
    at = end
  }
  return records
}
