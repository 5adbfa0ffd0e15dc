import { maskedCrc32c } from './crc32c.ts'

/** One record of a TFRecord file: length, its checksum, data, its checksum; numbers are little-endian. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16)
  const view = new DataView(record.buffer)
  view.setUint32(0, data.length, true)
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true)
  record.set(data, 12)
  view.setUint32(12 + data.length, maskedCrc32c(data), true)
  return record
}

/** The records of a file, up to the first that is torn or damaged. */
export function* tfRecords(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let at = 0
  while (at + 16 <= file.length) {
    const length = Number(view.getBigUint64(at, true))
    if (maskedCrc32c(file.subarray(at, at + 8)) !== view.getUint32(at + 8, true)) return
    if (at + 16 + length > file.length) return
    const data = file.subarray(at + 12, at + 12 + length)
    if (maskedCrc32c(data) !== view.getUint32(at + 12 + length, true)) return
    yield data
    at += 16 + length
  }
}
