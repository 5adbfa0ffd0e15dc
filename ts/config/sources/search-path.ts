import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ConfigError, type Place } from '../../errors/index.ts'
import { BUILT_IN_FILES } from '../hydra/built-in-files.ts'
import { childOf, type Located, locatePath } from '../interpolation/located.ts'
import { Resolution, type ResolutionContext } from '../interpolation/resolution.ts'
import type { ConfigNode } from '../node.ts'
import { elementNode } from '../overrides/to-node.ts'
import { isSweep, keyWithPackage, type Override } from '../overrides/value.ts'
import { builtInSource } from './built-in-source.ts'
import { directorySource, shownPath } from './directory-source.ts'
import { onlyBelow } from './only-below.ts'
import { type FileCache, Repository } from './repository.ts'
import type { ConfigSource } from './source.ts'

export interface SearchPathOptions {
  readonly configDir: string
  readonly configName: string | undefined
  readonly additionalDir?: string | undefined
  readonly pluginDir?: string | undefined
  readonly cwd: string
  readonly overrides: readonly Override[]
  readonly cache: FileCache
  readonly context: ResolutionContext
  readonly warn: (message: string, place?: Place) => void
}

/** The sources in order: built-in, main directory, additional directory, `hydra.searchpath`, plugins. @throws ConfigError */
export function openSources(options: SearchPathOptions): ConfigSource[] {
  const { cwd } = options
  const main = directorySource('main', directoryOf(options.configDir, cwd), cwd)
  if (!main.isAvailable()) {
    throw new ConfigError({
      message: `primary config directory not found: check that the config directory '${main.path}' exists and is readable`,
      hint: 'name another one with --config-path',
    })
  }
  const sources = [builtInSource(BUILT_IN_FILES), main]
  if (options.additionalDir !== undefined) {
    const additional = directorySource('command-line', directoryOf(options.additionalDir, cwd), cwd)
    if (!additional.isAvailable()) {
      throw new ConfigError({ message: `additional config directory '${additional.path}' not found` })
    }
    sources.push(additional)
  }
  for (const { provider, path, place } of searchPathEntries(sources, options)) {
    const source = directorySource(provider, directoryOf(path, cwd), cwd)
    if (!source.isAvailable())
      options.warn(`provider=${provider}, path=${source.path} is not available`, place)
    sources.push(source)
  }
  if (options.pluginDir !== undefined && !sources.some(({ path }) => path === options.pluginDir))
    sources.push(onlyBelow(directorySource('plugins', options.pluginDir, cwd), 'hydra'))
  return sources
}

/** Absolute directory of `dir`, `file://dir` or `pkg://name`, which is a directory inside of an installed package. */
function directoryOf(path: string, cwd: string): string {
  const [scheme, rest = ''] = path.includes('://') ? path.split('://') : ['file', path]
  return scheme === 'pkg' ? packageDirectory(rest, cwd) : resolve(cwd, rest)
}

function packageDirectory(name: string, cwd: string): string {
  const inside = name.includes('/') ? name : name.replaceAll('.', '/')
  for (let directory = cwd; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', inside)
    if (existsSync(candidate) || dirname(directory) === directory) return candidate
  }
}

interface SearchPathEntry {
  readonly provider: string
  readonly path: string
  readonly place: Place | undefined
}

function searchPathEntries(sources: readonly ConfigSource[], options: SearchPathOptions): SearchPathEntry[] {
  const override = options.overrides.find(
    (each) => each.operation === 'change' && keyWithPackage(each) === 'hydra.searchpath',
  )
  if (override?.value !== undefined && !isSweep(override.value)) {
    return entriesOf(elementNode(override.value, override), 'hydra.searchpath in command-line', undefined)
  }
  const primary =
    options.configName === undefined
      ? undefined
      : new Repository(sources, options.cache).load(options.configName)
  if (primary === undefined) return []
  if (primary.content.kind === 'list') {
    throw new ConfigError({
      message: `primary config '${options.configName}' must be a map, got a list`,
      place: primary.content.place,
    })
  }
  const resolution = new Resolution(primary.content, options.context)
  const located = locatePath(resolution.root, ['hydra', 'searchpath'])
  if (located === undefined) return []
  return entriesOf(resolution.value(located).node, 'hydra.searchpath in main', (item, index) => {
    const child = childOf(located, String(index)) ?? { node: item, key: String(index), parent: located }
    return resolution.value(child)
  })
}

function entriesOf(
  node: ConfigNode,
  provider: string,
  resolved: ((item: ConfigNode, index: number) => Located) | undefined,
): SearchPathEntry[] {
  if (node.kind === 'null') return []
  const fail = (found: ConfigNode): ConfigError => {
    return new ConfigError({
      key: 'hydra.searchpath',
      message: `hydra.searchpath must be a list of strings, got ${'value' in found ? `'${found.value}'` : found.kind}`,
      place: found.place ?? node.place,
      hint: 'write hydra.searchpath=[file://DIRECTORY]',
    })
  }
  if (node.kind !== 'list') throw fail(node)
  return node.items.map((item, index) => {
    const value = resolved?.(item, index).node ?? item
    if (value.kind !== 'str') throw fail(value)
    return { provider, path: value.value, place: item.place }
  })
}

export { shownPath }
