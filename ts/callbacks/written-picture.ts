import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Action } from '../train/callback.ts'

/** Writes a picture, with the folders it lies in, and answers what shows it to the experiment loggers. */
export async function writtenPicture(
  path: string,
  png: Uint8Array,
  key: string,
  caption: string,
): Promise<Action> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, png)
  return { kind: 'image', key, path, caption }
}
