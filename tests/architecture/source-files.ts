import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export const root = new URL('../..', import.meta.url).pathname

/** An import of a file of ours, by its path below the root. */
export interface Import {
  readonly target: string
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean
}

/** Paths below the root, sorted. */
export function filesLike(...patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })]).sort()
}

export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

const staticImport = /^(?:import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?\sfrom\s+)?'(\.[^']+)'/gm
const dynamicImport = /\bimport\(\s*'(\.[^']+)'/g

export function importsOf(file: string): Import[] {
  const text = textOf(file)
  const target = (path: string): string => normalize(join(dirname(file), path))
  return [
    ...[...text.matchAll(staticImport)].map(([, type, path = '']) => ({
      target: target(path),
      typeOnly: type !== undefined,
    })),
    ...[...text.matchAll(dynamicImport)].map(([, path = '']) => ({ target: target(path), typeOnly: false })),
  ]
}

/** Every module that runs, with what it imports. */
export function moduleGraph(): Map<string, Import[]> {
  const files = filesLike('ts/**/*.ts').filter((file) => !file.endsWith('.d.ts'))
  return new Map(files.map((file) => [file, importsOf(file)]))
}
