import { ConfigError, type ConfigProblem } from '../../errors/index.ts'
import { type DefaultsEntry, readDefaults } from '../defaults/entry.ts'
import { parseText } from '../interpolation/parse.ts'
import { SyntaxProblem } from '../interpolation/syntax.ts'
import type { ConfigNode, ListNode, MapNode } from '../node.ts'
import { loadYaml } from '../yaml/load.ts'
import { readHeader } from './header.ts'
import type { ConfigSource } from './source.ts'

/** A configuration file as the composer uses it. Its nodes must not be changed. */
export interface LoadedConfig {
  /** `model/resnet18` */
  readonly path: string
  /** For messages. */
  readonly file: string
  readonly provider: string
  /** Without the key `defaults`. */
  readonly content: MapNode | ListNode
  /** Undefined where the file has none. */
  readonly defaults: readonly DefaultsEntry[] | undefined
  /** Of its header. */
  readonly package: string | undefined
  readonly description: string | undefined
  readonly warnings: readonly ConfigProblem[]
}

/** Files that were read once are not read again, so that the jobs of a sweep share them. */
export type FileCache = Map<string, LoadedConfig>

/** The sources in order: the first that has a file wins, options of a group are the union. */
export class Repository {
  readonly sources: readonly ConfigSource[]
  readonly #cache: FileCache

  constructor(sources: readonly ConfigSource[], cache: FileCache = new Map()) {
    this.sources = sources
    this.#cache = cache
  }

  groupExists(path: string): boolean {
    return this.sources.some((source) => source.isGroup(path))
  }

  configExists(path: string): boolean {
    return this.#sourceOf(path) !== undefined
  }

  /** Names of the options of a group. */
  options(group: string): string[] {
    return this.#union((source) => source.configs(group))
  }

  /** Names of the groups inside of a group. */
  groups(parent: string): string[] {
    return this.#union((source) => source.groups(parent))
  }

  /** All group paths that have options, sorted. */
  allGroups(parent = ''): string[] {
    return this.groups(parent)
      .flatMap((name) => {
        const path = parent === '' ? name : `${parent}/${name}`
        return [...(this.options(path).length > 0 ? [path] : []), ...this.allGroups(path)]
      })
      .sort()
  }

  /** The first comment of a file; undefined where there is none, or the file cannot be read. */
  describe(path: string): string | undefined {
    try {
      const source = this.#sourceOf(path)
      const file = source?.read(path)
      return file && 'text' in file ? readHeader(file.text, file.name).description : undefined
    } catch (error) {
      if (error instanceof ConfigError) return undefined
      throw error
    }
  }

  /** Undefined where no source has the file. @throws ConfigError where it cannot be read */
  load(path: string): LoadedConfig | undefined {
    const source = this.#sourceOf(path)
    if (source === undefined) return undefined
    const cacheKey = `${source.scheme}://${source.path}/${withoutExtension(path)}`
    const known = this.#cache.get(cacheKey)
    if (known) return known
    const loaded = loadConfig(withoutExtension(path), source)
    this.#cache.set(cacheKey, loaded)
    return loaded
  }

  #sourceOf(path: string): ConfigSource | undefined {
    if (path === '' || path.endsWith('/')) return undefined
    const name = withoutExtension(path)
    return this.sources.find((source) => source.isConfig(name))
  }

  #union(names: (source: ConfigSource) => readonly string[]): string[] {
    return [...new Set(this.sources.flatMap(names))].sort()
  }
}

function withoutExtension(path: string): string {
  return path.endsWith('.yaml') ? path.slice(0, -'.yaml'.length) : path
}

function loadConfig(path: string, source: ConfigSource): LoadedConfig {
  const file = source.read(path)
  const base = { path, file: file.name, provider: source.provider }
  if ('node' in file) {
    const header = { package: file.package, description: undefined, warnings: [] }
    return { ...base, ...header, ...split(file.node, path) }
  }
  const header = readHeader(file.text, file.name)
  const root = loadYaml(file.text, file.name)
  checkInterpolations(root)
  return { ...base, ...header, ...split(root, path) }
}

/** Takes the defaults list out of a file's content. */
function split(root: ConfigNode, path: string): Pick<LoadedConfig, 'content' | 'defaults'> {
  if (root.kind !== 'map' && root.kind !== 'list')
    throw new Error(`a file is a map or a list, not ${root.kind}`)
  const defaults = root.kind === 'map' ? root.entries.get('defaults') : undefined
  if (root.kind !== 'map' || defaults === undefined) return { content: root, defaults: undefined }
  const entries = new Map(root.entries)
  entries.delete('defaults')
  return { content: { ...root, entries }, defaults: readDefaults(defaults, path) }
}

/** Finds interpolations that cannot be read. @throws ConfigError with all of them */
export function checkInterpolations(root: ConfigNode): void {
  const problems: ConfigProblem[] = []
  const visit = (node: ConfigNode, key: string): void => {
    if (node.kind === 'map')
      for (const [name, child] of node.entries) visit(child, key === '' ? name : `${key}.${name}`)
    else if (node.kind === 'list')
      for (const [index, child] of node.items.entries()) visit(child, `${key}[${index}]`)
    else if (node.kind === 'interpolation') {
      try {
        parseText(node.value)
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error
        const message = `cannot read the interpolation '${node.value}': ${error.message}`
        problems.push({ key, message, place: node.place, hint: error.hint })
      }
    }
  }
  visit(root, '')
  if (problems.length > 0) throw new ConfigError(problems)
}
