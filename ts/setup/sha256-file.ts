import { createReadStream } from 'node:fs'

/** SHA-256 of a file in lower-case hex, read in pieces. */
export async function sha256File(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}
