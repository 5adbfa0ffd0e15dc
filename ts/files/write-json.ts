import { open, rename, rm } from 'node:fs/promises'
import { diskFailure, injectionPoint } from '../errors/index.ts'

/** Writes `value` as indented JSON; the file is the old one or the whole new one, never a part. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const staged = `${path}.${process.pid}.tmp`
  try {
    const file = await open(staged, 'w')
    try {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    injectionPoint('json.staged')
    await rename(staged, path)
  } catch (error) {
    await rm(staged, { force: true })
    throw diskFailure(path, error)
  }
}
