import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readRun } from './read-run.ts'
import { runReport } from './run-report.ts'

/** Writes `report.html` into a run folder from what lies there, and answers its path. */
export async function writeRunReport(directory: string): Promise<string> {
  const path = join(directory, 'report.html')
  const staged = `${path}.${process.pid}.tmp`
  await writeFile(staged, runReport(await readRun(directory)))
  await rename(staged, path)
  return path
}
