import { open } from 'node:fs/promises'

/** Enough for the size fields of nearly every file; a JPEG with a large preview in front is left unknown. */
const HEAD_BYTES = 128 * 1024

/** Width and height from a file's header: JPEG, PNG, GIF, BMP and WebP; `undefined` where it does not say. */
export async function imageSizeOf(
  path: string,
): Promise<readonly [width: number, height: number] | undefined> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return sizeInHeader(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

/** The same from the file's first bytes. */
export function sizeInHeader(bytes: Buffer): readonly [width: number, height: number] | undefined {
  if (bytes.length < 30) return undefined
  if (bytes.readUInt32BE(0) === 0x89504e47) return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const head = bytes.toString('latin1', 0, 4)
  if (head === 'GIF8') return [bytes.readUInt16LE(6), bytes.readUInt16LE(8)]
  if (head.startsWith('BM')) return [bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22))]
  if (head === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return webpSize(bytes)
  return bytes.readUInt16BE(0) === 0xffd8 ? jpegSize(bytes) : undefined
}

function webpSize(bytes: Buffer): readonly [number, number] | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff]
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1]
    }
    case 'VP8X':
      return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1]
    default:
      return undefined
  }
}

/** Walks the segments to a start of frame (ITU-T T.81, B.1.1.3). */
function jpegSize(bytes: Buffer): readonly [number, number] | undefined {
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)]
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}
