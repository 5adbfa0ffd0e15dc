import { createReadStream, createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { DeviceError } from '../errors/index.ts'

/** One file in a zip archive. */
export interface ZipEntry {
  readonly name: string
  /** Uncompressed bytes. */
  readonly size: number
  readonly compressedSize: number
  readonly crc32: number
  readonly method: 'stored' | 'deflated'
  readonly headerOffset: number
}

const endSignature = 0x06054b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
const endLength = 22
const longestComment = 0xffff
const fileSystemFailures: readonly string[] = ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO']

/** The files of an archive (folders left out), from its central directory. DeviceError if it is damaged. */
export async function listZip(archive: string): Promise<ZipEntry[]> {
  const file = await open(archive)
  try {
    const { size } = await file.stat()
    const tail = await readAt(
      file,
      Math.max(0, size - endLength - longestComment),
      endLength + longestComment,
    )
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
    if (end < 0 || tail.length - end < endLength || tail.readUInt32LE(end) !== endSignature)
      throw damaged(archive, 'no end record')
    const count = tail.readUInt16LE(end + 10)
    const length = tail.readUInt32LE(end + 12)
    const offset = tail.readUInt32LE(end + 16)
    // Wheels stay under 4 GB a file, the index's own limit at the host.
    if (count === 0xffff || offset === 0xffffffff) throw damaged(archive, 'a zip64 archive')
    return parseDirectory(archive, await readAt(file, offset, length), count)
  } finally {
    await file.close()
  }
}

function parseDirectory(archive: string, directory: Buffer, count: number): ZipEntry[] {
  const entries: ZipEntry[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== centralSignature)
      throw damaged(archive, 'a broken directory')
    const nameLength = directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
    const method = directory.readUInt16LE(at + 10)
    if (method !== 0 && method !== 8) throw damaged(archive, `${name} packed by method ${method}`)
    if (name.split('/').includes('..') || name.startsWith('/') || name.includes('\\') || name.includes('\0'))
      throw damaged(archive, `a path that leads outside: ${JSON.stringify(name)}`)
    if (!name.endsWith('/'))
      entries.push({
        name,
        method: method === 0 ? 'stored' : 'deflated',
        crc32: directory.readUInt32LE(at + 16),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        headerOffset: directory.readUInt32LE(at + 42),
      })
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

/** Unpacks one file of the archive to `folder/<its name>`, checking size and CRC-32. Calls back with bytes written. */
export async function extractZipEntry(
  archive: string,
  entry: ZipEntry,
  folder: string,
  onBytes: (bytes: number) => void = () => {},
): Promise<void> {
  const start = await contentOffset(archive, entry)
  const target = join(folder, entry.name)
  mkdirSync(dirname(target), { recursive: true })
  let crc = 0
  let size = 0
  const check = new Transform({
    transform(piece: Buffer, _encoding, done) {
      crc = crc32(piece, crc)
      size += piece.length
      onBytes(piece.length)
      done(size > entry.size ? damaged(archive, `${entry.name} is longer than announced`) : null, piece)
    },
  })
  if (entry.compressedSize === 0) writeFileSync(target, '')
  else {
    const source = createReadStream(archive, {
      start,
      end: start + entry.compressedSize - 1,
      highWaterMark: 1 << 20,
    })
    const unpack = entry.method === 'stored' ? [] : [createInflateRaw({ chunkSize: 1 << 20 })]
    try {
      await pipeline([source, ...unpack, check, createWriteStream(target)])
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (error instanceof DeviceError || fileSystemFailures.includes(code)) throw error
      throw damaged(archive, `${entry.name} does not unpack`)
    }
  }
  if (size !== entry.size || crc !== entry.crc32) throw damaged(archive, `${entry.name} fails its checksum`)
}

async function contentOffset(archive: string, entry: ZipEntry): Promise<number> {
  const file = await open(archive)
  try {
    const header = await readAt(file, entry.headerOffset, 30)
    if (header.length < 30 || header.readUInt32LE(0) !== localSignature)
      throw damaged(archive, `no header of ${entry.name}`)
    return entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function damaged(archive: string, what: string): DeviceError {
  return new DeviceError(`${archive} is not a zip archive that can be used: ${what}`, {
    hint: 'delete it and run setup again',
  })
}
