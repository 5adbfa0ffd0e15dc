import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The files of a checkout that .dockerignore lets into a build, relative, sorted. */
export function contextFiles(root: string): string[] {
  const rules = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ takes: line.startsWith('!'), glob: new Bun.Glob(line.replace(/^!/, '')) }))
  // The last rule that names a file, or a folder that it is in, decides.
  const isIn = (path: string): boolean => {
    const parts = path.split('/')
    const names = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
    return rules.findLast(({ glob }) => names.some((name) => glob.match(name)))?.takes ?? true
  }
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!isIn(path)) return []
      return entry.isDirectory() ? walk(path) : [path]
    })
  return walk('').sort()
}
