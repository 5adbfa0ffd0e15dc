/** Lines of one source file that a test could run, and did. */
export interface FileCoverage {
  readonly file: string
  readonly found: number
  readonly hit: number
}

/** Reads lcov's text form: per file `SF:`, then `DA:line,count` for every line; `LF`/`LH` are not needed. */
export function parseLcov(text: string): FileCoverage[] {
  const files: FileCoverage[] = []
  let file = ''
  let lines = new Map<string, boolean>()
  for (const row of text.split('\n')) {
    if (row.startsWith('SF:')) {
      file = row.slice(3)
      lines = new Map()
    } else if (row.startsWith('DA:')) {
      const [line = '', count = '0'] = row.slice(3).split(',')
      lines.set(line, (lines.get(line) ?? false) || Number(count) > 0)
    } else if (row === 'end_of_record')
      files.push({ file, found: lines.size, hit: [...lines.values()].filter(Boolean).length })
  }
  return files
}

/** Adds files up by their folder, to `depth` parts of the path. */
export function byFolder(files: readonly FileCoverage[], depth: number): FileCoverage[] {
  const folders = new Map<string, FileCoverage>()
  for (const { file, found, hit } of files) {
    const folder = file.split('/').slice(0, depth).join('/')
    const sum = folders.get(folder) ?? { file: folder, found: 0, hit: 0 }
    folders.set(folder, { file: folder, found: sum.found + found, hit: sum.hit + hit })
  }
  return [...folders.values()].sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** Covered lines in percent; a whole without lines is covered. */
export function percent(files: readonly FileCoverage[]): number {
  const found = files.reduce((sum, file) => sum + file.found, 0)
  const hit = files.reduce((sum, file) => sum + file.hit, 0)
  return found === 0 ? 100 : (100 * hit) / found
}
