import Table from 'cli-table3'
import { byFolder, type FileCoverage, percent } from './lcov.ts'

/** Least share of covered lines, in percent. Raised when the tests get better, never lowered. */
export const coverageFloors = { typescript: 85, rust: 65 } as const

export interface CoverageReport {
  readonly text: string
  /** What lies below its floor, in words. */
  readonly failures: readonly string[]
}

/**
 * One report of both sides. `unloaded` are files that no test imports: they are invisible to Bun's counting, so they
 * are named. A side without measurement is left out of the floors.
 */
export function coverageReport(sides: {
  readonly typescript: readonly FileCoverage[]
  readonly rust: readonly FileCoverage[]
  readonly unloaded: readonly string[]
}): CoverageReport {
  const table = new Table({
    head: ['lines covered', 'of', '%'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
  const failures: string[] = []
  for (const side of ['typescript', 'rust'] as const) {
    const files = sides[side]
    if (files.length === 0) continue
    const share = percent(files)
    for (const folder of byFolder(files, 2)) table.push(row(folder.file, [folder]))
    table.push(row(side === 'rust' ? 'Rust' : 'TypeScript', files))
    if (share < coverageFloors[side])
      failures.push(
        `${side}: ${share.toFixed(1)} % of lines are covered, ${coverageFloors[side]} % are asked for`,
      )
  }
  const unloaded =
    sides.unloaded.length === 0 ? '' : `never imported by a test: ${sides.unloaded.join(', ')}\n`
  return { text: `${table.toString()}\n${unloaded}`, failures }
}

function row(name: string, files: readonly FileCoverage[]): [string, string, string] {
  const found = files.reduce((sum, file) => sum + file.found, 0)
  return [name, String(found), percent(files).toFixed(1)]
}
