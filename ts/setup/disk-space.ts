import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Bytes that this user may still write below `folder`, which need not exist yet. */
export function freeBytes(folder: string): number {
  let place = folder
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  const { bavail, bsize } = statfsSync(place)
  return bavail * bsize
}
