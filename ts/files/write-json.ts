import { open, rename } from 'node:fs/promises'

/** Writes `value` as indented JSON; the file is the old one or the whole new one, never a part. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const staged = `${path}.${process.pid}.tmp`
  const file = await open(staged, 'w')
  try {
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(staged, path)
}
