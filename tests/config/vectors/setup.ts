import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { directorySource } from '../../../ts/config/sources/directory-source.ts'
import { Repository } from '../../../ts/config/sources/repository.ts'
import { asMap, textOf, type Vector, type VectorFile } from './vector.ts'

/** The directory that a case runs in. */
export interface CaseDirectory {
  readonly root: string
  readonly configDir: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Lays out the files of cases in a temporary directory. */
export class Setup {
  readonly #file: VectorFile
  readonly #made: string[] = []

  constructor(file: VectorFile) {
    this.#file = file
  }

  directory(vector: Vector): CaseDirectory {
    const root = mkdtempSync(join(tmpdir(), 'hydra-vector-'))
    this.#made.push(root)
    const configDir = join(root, 'conf')
    mkdirSync(configDir)
    for (const [path, text] of this.#files(vector)) {
      const file = path.startsWith('/') ? join(root, path) : join(configDir, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    return { root, configDir, env: environment(vector, root) }
  }

  /** Undefined where the case has no files. */
  repository(vector: Vector): Repository | undefined {
    if (!vector.input.entries.has('files')) return undefined
    const { configDir, root } = this.directory(vector)
    return new Repository([directorySource('main', configDir, root)])
  }

  clean(): void {
    for (const directory of this.#made) rmSync(directory, { recursive: true, force: true })
  }

  #files(vector: Vector): Map<string, string> {
    const files = new Map<string, string>()
    const node = vector.input.entries.get('files')
    if (!node) return files
    for (const [path, text] of asMap(node).entries) {
      if (path !== 'use') files.set(path, textOf(text))
      else for (const [name, content] of this.#file.fileSets.get(textOf(text)) ?? []) files.set(name, content)
    }
    return files
  }
}

/** The process's environment with the case's variables; null takes one away. */
export function environment(vector: Vector, root: string): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env }
  const node = vector.input.entries.get('env')
  for (const [name, value] of node?.kind === 'map' ? node.entries : []) {
    if (value.kind === 'null') delete env[name]
    else env[name] = textOf(value).replaceAll('<ROOT>', root)
  }
  return env
}
