import { copyFileSync, linkSync, rmSync } from 'node:fs'

/** Keeps a file at a second place, which may be taken: as a link, or as a copy where the file system has no links. */
export function linkOrCopy(source: string, place: string): void {
  rmSync(place, { force: true })
  try {
    linkSync(source, place)
  } catch {
    copyFileSync(source, place)
  }
}
