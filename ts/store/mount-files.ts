import { mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/** What a mounted bucket can do: the tests put a stricter one in its place. */
export interface MountFiles {
  /** Files below a folder with their sizes, names relative and with `/`; none where there is no such folder. */
  list(folder: string): Promise<{ name: string; size: number }[]>
  read(path: string): Promise<Uint8Array>
  /** Opens a file that must not be there yet, and makes its folders. What is written is durable once `close` has returned. */
  create(path: string): Promise<{ write(bytes: Uint8Array): Promise<void>; close(): Promise<void> }>
  remove(path: string): Promise<void>
}

export const localFiles: MountFiles = {
  async list(folder) {
    try {
      const entries = await readdir(folder, { withFileTypes: true, recursive: true })
      return await Promise.all(
        entries
          .filter((entry) => entry.isFile())
          .map(async (entry) => {
            const path = join(entry.parentPath, entry.name)
            return { name: relative(folder, path).replaceAll(sep, '/'), size: (await stat(path)).size }
          }),
      )
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  },
  read: (path) => readFile(path),
  async create(path) {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'wx')
    return {
      write: async (bytes) => {
        await file.writeFile(bytes)
      },
      close: () => file.close(),
    }
  },
  remove: (path) => unlink(path),
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
