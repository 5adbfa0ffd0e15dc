import { createHash } from 'node:crypto'
import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'

/** A model as onnxruntime has arranged it for this processor, kept in a cache: opening it again takes a tenth of the time. */
export interface OptimizedModel {
  /** Where it lies, or will lie. */
  readonly file: string
  /** Its bytes as the system maps them into memory; undefined where there is none yet. They must live as long as the session. */
  bytes(): Uint8Array | undefined
  /** Lets `write` make it, whole or not at all, and clears away the oldest of the others. */
  keep(write: (path: string) => Promise<void>): Promise<void>
}

/** How many models are kept. */
const most = 8

/**
 * @param runtime What made it: another version arranges a model in another way.
 * @param cache The user's cache folder.
 */
export async function optimizedModel(model: string, runtime: string, cache: string): Promise<OptimizedModel> {
  const folder = join(cache, 'onnxruntime')
  const path = await realpath(model)
  const { size, mtimeNs, ino } = await stat(path, { bigint: true })
  const facts = [path, size, mtimeNs, ino, runtime, process.arch, cpus()[0]?.model].join('\n')
  const file = join(folder, `${createHash('sha256').update(facts).digest('hex').slice(0, 32)}.ort`)
  return {
    file,
    bytes: () => {
      try {
        return Bun.mmap(file)
      } catch {
        return undefined
      }
    },
    keep: async (write) => {
      const staged = `${file}.${process.pid}.tmp`
      try {
        await mkdir(folder, { recursive: true })
        await write(staged)
        await rename(staged, file)
        await clear(folder)
      } finally {
        await rm(staged, { force: true })
      }
    },
  }
}

async function clear(folder: string): Promise<void> {
  const models = (await readdir(folder))
    .filter((name) => name.endsWith('.ort'))
    .map((name) => join(folder, name))
  const dated = await Promise.all(models.map(async (path) => ({ path, used: (await stat(path)).mtimeMs })))
  const old = dated.sort((a, b) => b.used - a.used).slice(most)
  await Promise.all(old.map(({ path }) => rm(path, { force: true })))
}
