import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** A file of a staged run folder. */
export interface StagedFile {
  /** In the run folder, with `/`. */
  readonly path: string
  readonly size: number
  readonly modified: number
}

/** What the stage notes for itself. */
export const markerFile = '.stage.json'

const unfinished = /(^|\/)[^/]+\.tmp$/

/**
 * The files of a run folder that make up a state of it: no half-written ones, no checkpoint without its commit file, no
 * locks. Checkpoints come first: what is read after them is at least as new.
 */
export async function stageFiles(folder: string): Promise<StagedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files: StagedFile[] = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/')
    if (path === markerFile || path === '.lock' || unfinished.test(path) || isTorn(folder, path)) continue
    const { size, mtimeMs } = await stat(join(folder, path))
    files.push({ path, size, modified: Math.round(mtimeMs) })
  }
  return files.sort((one, other) => rank(one) - rank(other) || (one.path < other.path ? -1 : 1))
}

/** Whether a file belongs to a checkpoint that is not whole. */
function isTorn(folder: string, path: string): boolean {
  const checkpoint = /^(checkpoints\/([^/]+))\/./.exec(path)
  if (!checkpoint) return false
  const [, directory = '', name = ''] = checkpoint
  return name.startsWith('.') || !existsSync(join(folder, directory, 'COMMIT.json'))
}

function rank({ path }: StagedFile): number {
  return path.startsWith('checkpoints/') ? 0 : 1
}
