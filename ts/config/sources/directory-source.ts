import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { ConfigError } from '../../errors/index.ts'
import type { ConfigSource, TextFile } from './source.ts'

const EXTENSION = '.yaml'
/** Bytes. */
const MAX_FILE_SIZE = 4 * 1024 * 1024

interface Listing {
  readonly groups: readonly string[]
  readonly configs: readonly string[]
}

/** A directory of YAML files. Each directory is listed once. */
export function directorySource(provider: string, directory: string, cwd: string): ConfigSource {
  const listings = new Map<string, Listing | undefined>()
  const listing = (path: string): Listing | undefined => {
    const normal = normalized(path)
    if (!listings.has(normal)) listings.set(normal, list(join(directory, normal)))
    return listings.get(normal)
  }
  return {
    provider,
    scheme: 'file',
    path: directory,
    isAvailable: () => listing('') !== undefined,
    isGroup: (path) => listing(path) !== undefined,
    isConfig: (path) => {
      const normal = normalized(path)
      const name = posix.basename(normal)
      return listing(posix.dirname(normal))?.configs.includes(name) ?? false
    },
    groups: (path) => listing(path)?.groups ?? [],
    configs: (path) => listing(path)?.configs ?? [],
    read: (path) => readConfig(join(directory, `${normalized(path)}${EXTENSION}`), cwd),
  }
}

function normalized(path: string): string {
  const normal = posix.normalize(path === '' ? '.' : path)
  return normal.endsWith('/') ? normal.slice(0, -1) : normal
}

function list(directory: string): Listing | undefined {
  let entries: Dirent[]
  try {
    entries = readdirSync(directory, { withFileTypes: true })
  } catch {
    return undefined
  }
  const groups: string[] = []
  const configs: string[] = []
  for (const entry of entries) {
    const isDirectory = entry.isSymbolicLink()
      ? isDirectoryLink(join(directory, entry.name))
      : entry.isDirectory()
    if (isDirectory && entry.name !== '__pycache__') groups.push(entry.name)
    else if (!isDirectory && entry.name.endsWith(EXTENSION))
      configs.push(entry.name.slice(0, -EXTENSION.length))
  }
  return { groups: groups.sort(), configs: configs.sort() }
}

function isDirectoryLink(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function readConfig(file: string, cwd: string): TextFile {
  const name = shownPath(file, cwd)
  const place = { kind: 'file', file: name, line: 1, column: 1 } as const
  try {
    const size = statSync(file).size
    if (size > MAX_FILE_SIZE) {
      throw new ConfigError({
        message: `the file has ${size} bytes; a configuration file may have ${MAX_FILE_SIZE}`,
        place,
        hint: 'keep data in data files and name their path here',
      })
    }
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const reason =
      error instanceof TypeError
        ? 'it is not UTF-8 text'
        : error instanceof Error
          ? error.message
          : String(error)
    throw new ConfigError({ message: `the configuration file cannot be read: ${reason}`, place })
  }
}

/** Relative to where the command was started, where it lies below. */
export function shownPath(file: string, cwd: string): string {
  const short = relative(cwd, file)
  return short === '' || short.startsWith('..') ? file : short
}
