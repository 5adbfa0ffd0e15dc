const table = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

/** CRC-32C (Castagnoli), RFC 3720 B.4. */
export function crc32c(bytes: Uint8Array): number {
  // Signed arithmetic, and an index: event files are written while a model trains.
  let crc = -1
  for (let index = 0; index < bytes.length; index++)
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0)
  return ~crc >>> 0
}

/** The checksum of TFRecord: CRC-32C, rotated and shifted so that a checksum of checksums keeps its worth. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
