import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { diskFailure, injectionPoint } from '../errors/index.ts'

/** Where a pointer leads and what it is called. */
export type Pointer = 'last' | 'best'

/** A committed checkpoint on disk, newest first where several are listed. */
export interface StoredCheckpoint {
  readonly directory: string
  /** When it was committed, milliseconds since the Unix epoch. */
  readonly committed: number
}

/** The file whose presence, written last, says that a checkpoint is whole. */
export const commitFile = 'COMMIT.json'

/** A run's `checkpoints/` folder: names, pointers, what may be removed. The engine writes the checkpoints themselves. */
export class CheckpointStore {
  readonly root: string

  constructor(runDirectory: string) {
    this.root = join(runDirectory, 'checkpoints')
  }

  /** Absolute folder for a checkpoint of this name. */
  path(name: string, directory?: string): string {
    return join(directory === undefined ? this.root : resolve(this.root, '..', directory), name)
  }

  /** The same; makes its parent. */
  async place(name: string, directory?: string): Promise<string> {
    const path = this.path(name, directory)
    await onDisk(path, () => mkdir(dirname(path), { recursive: true }))
    return path
  }

  /** Points `last` or `best` at a checkpoint, atomically. */
  async point(pointer: Pointer, directory: string): Promise<void> {
    const file = join(this.root, pointer)
    const staged = `${file}.${process.pid}.tmp`
    await onDisk(file, async () => {
      await mkdir(this.root, { recursive: true })
      await writeFile(staged, `${this.#reference(directory)}\n`)
      injectionPoint('pointer.staged')
      await rename(staged, file)
    })
  }

  /** The checkpoint that a pointer names; undefined where there is none. */
  async follow(pointer: Pointer): Promise<string | undefined> {
    return followPointer(join(this.root, pointer))
  }

  /** Removes a checkpoint unless a pointer still names it. True if it is gone. */
  async forget(directory: string): Promise<boolean> {
    for (const pointer of ['last', 'best'] as const)
      if ((await this.follow(pointer)) === directory) return false
    // The commit file goes first: what is left of an interrupted removal is not a checkpoint.
    injectionPoint('forget.before')
    await rm(join(directory, commitFile), { force: true })
    injectionPoint('forget.uncommitted')
    await rm(directory, { recursive: true, force: true })
    return true
  }

  /** What an interrupted save or removal left behind in `checkpoints/`: removed. */
  async sweep(): Promise<void> {
    if (!existsSync(this.root)) return
    for (const entry of await readdir(this.root, { withFileTypes: true })) {
      const path = join(this.root, entry.name)
      const torn = entry.isDirectory()
        ? entry.name.startsWith('.') || !existsSync(join(path, commitFile))
        : entry.name.endsWith('.tmp')
      if (torn) await rm(path, { recursive: true, force: true })
    }
  }

  /** All committed checkpoints of the run that can be resumed from, newest first. */
  async committed(): Promise<StoredCheckpoint[]> {
    const last = await this.follow('last')
    const found = new Map<string, number>()
    const folders = existsSync(this.root)
      ? (await readdir(this.root, { withFileTypes: true })).flatMap((entry) =>
          entry.isDirectory() && !entry.name.startsWith('.') ? [join(this.root, entry.name)] : [],
        )
      : []
    for (const directory of last === undefined ? folders : [last, ...folders]) {
      const time = await commitTime(directory)
      if (time !== undefined) found.set(directory, time)
    }
    return [...found]
      .map(([directory, committed]) => ({ directory, committed }))
      .sort((a, b) => b.committed - a.committed)
  }

  #reference(directory: string): string {
    const path = relative(this.root, directory)
    return path.startsWith('..') && !isAbsolute(path) && basename(path) === path ? directory : path
  }
}

async function onDisk(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw diskFailure(path, error)
  }
}

/** Reads a pointer file; undefined where it does not exist. */
export async function followPointer(file: string): Promise<string | undefined> {
  try {
    const reference = (await readFile(file, 'utf8')).trim()
    return reference === '' ? undefined : resolve(file, '..', reference)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return undefined
    throw error
  }
}

async function commitTime(directory: string): Promise<number | undefined> {
  try {
    return (await Bun.file(join(directory, commitFile)).stat()).mtimeMs
  } catch {
    return undefined
  }
}
