import { ConfigError, type Place } from '../../errors/index.ts'
import type { ConfigNode } from '../node.ts'
import { nearest } from '../suggest/nearest.ts'

/** One entry of a defaults list as it is written. */
export type DefaultsEntry = SelfEntry | ConfigEntry | GroupEntry

export interface SelfEntry {
  readonly kind: 'self'
  readonly place?: Place | undefined
}

/** Includes a file. */
export interface ConfigEntry {
  readonly kind: 'config'
  /** Relative to the including file's group, or absolute with a leading slash. */
  readonly path: string
  readonly package: string | undefined
  readonly optional: boolean
  readonly place?: Place | undefined
}

/** Chooses options of a group. */
export interface GroupEntry {
  readonly kind: 'group'
  readonly group: string
  readonly value: string | readonly string[] | null
  readonly package: string | undefined
  readonly optional: boolean
  readonly override: boolean
  /** Comes from `+group=option` of the command line. */
  readonly appended: boolean
  readonly place?: Place | undefined
}

const KEYWORDS = ['optional', 'override'] as const

/** Reads the value of a file's key `defaults`. @throws ConfigError */
export function readDefaults(node: ConfigNode, configPath: string): DefaultsEntry[] {
  if (node.kind !== 'list') {
    const found = node.kind === 'map' ? 'mapping' : node.kind
    throw new ConfigError({
      key: 'defaults',
      message: `the defaults of '${configPath}' must be a list, not a ${found}`,
      place: node.keyPlace ?? node.place,
      hint: 'write each entry as "- group: option"',
    })
  }
  return node.items.map((item) => readEntry(item, configPath))
}

function readEntry(node: ConfigNode, configPath: string): DefaultsEntry {
  if (node.kind === 'str' || node.kind === 'interpolation')
    return pathEntry(node.value, node.place, configPath)
  if (node.kind !== 'map') {
    throw new ConfigError({
      message: `in '${configPath}': an entry of the defaults must be a name or "group: option", not a ${node.kind}`,
      place: node.place,
    })
  }
  const [entry, second] = node.entries
  if (entry === undefined || second !== undefined) {
    const names = [...node.entries.keys()].map((key) => `'${key}'`).join(', ')
    throw new ConfigError({
      message: `in '${configPath}': an entry of the defaults has one key, this one has ${names || 'none'}`,
      place: node.place,
      hint: 'start each entry with its own dash',
    })
  }
  const [key, value] = entry
  return groupEntry(key, value, configPath)
}

function pathEntry(text: string, place: Place | undefined, configPath: string): SelfEntry | ConfigEntry {
  const words = text.trim().split(/ +/)
  const path = words.at(-1) ?? ''
  const { name, package: packageName } = splitPackage(path)
  const keywords = readKeywords(words.slice(0, -1), configPath, place)
  if (keywords.override) {
    throw new ConfigError({
      message: `in '${configPath}': 'override ${name}' names a file; only a choice of a group can be overridden`,
      place,
      hint: `write - override ${name}: option`,
    })
  }
  if (name !== '_self_')
    return { kind: 'config', path: name, package: packageName, optional: keywords.optional, place }
  if (packageName === undefined) return { kind: 'self', place }
  throw new ConfigError({
    message: `in '${configPath}': _self_ takes no package`,
    place,
    hint: 'write _self_',
  })
}

function groupEntry(key: string, value: ConfigNode, configPath: string): GroupEntry {
  const place = value.keyPlace ?? value.place
  const words = key.trim().split(/ +/)
  const { name, package: packageName } = splitPackage(words.at(-1) ?? '')
  const keywords = readKeywords(words.slice(0, -1), configPath, place)
  if (name === '') throw new ConfigError({ message: `in '${configPath}': the group has no name`, place })
  return {
    kind: 'group',
    group: name,
    package: packageName,
    ...keywords,
    appended: false,
    value: option(value, name, configPath),
    place,
  }
}

function readKeywords(
  words: readonly string[],
  configPath: string,
  place: Place | undefined,
): { optional: boolean; override: boolean } {
  for (const word of words) {
    if (KEYWORDS.some((keyword) => keyword === word)) continue
    throw new ConfigError({
      message: `in '${configPath}': unknown keyword '${word}' in the defaults`,
      place,
      suggestions: nearest(word, KEYWORDS),
      hint: 'the keywords are optional and override',
    })
  }
  return { optional: words.includes('optional'), override: words.includes('override') }
}

/** `name@package`; a renaming `@from:to` counts as `@from`. */
function splitPackage(text: string): { name: string; package: string | undefined } {
  const at = text.indexOf('@')
  if (at < 0) return { name: text, package: undefined }
  const packageName = text.slice(at + 1).split(':')[0] ?? ''
  return { name: text.slice(0, at), package: packageName === '_here_' ? '' : packageName }
}

function option(node: ConfigNode, group: string, configPath: string): GroupEntry['value'] {
  if (node.kind === 'list') {
    return node.items.map((item) => {
      if (item.kind === 'interpolation') {
        throw new ConfigError({
          message: `in '${configPath}': interpolations cannot stand in a list of options ('${item.value}')`,
          place: item.place,
        })
      }
      if (item.kind === 'str') return item.value
      throw badOption(item, group, configPath)
    })
  }
  switch (node.kind) {
    case 'null':
      return null
    case 'missing':
      return '???'
    case 'str':
    case 'interpolation':
      return node.value
    default:
      throw badOption(node, group, configPath)
  }
}

function badOption(node: ConfigNode, group: string, configPath: string): ConfigError {
  const text = 'value' in node ? ` ${node.value}` : ''
  return new ConfigError({
    message: `in '${configPath}': the option of '${group}' must be text or a list of texts, not a ${node.kind}${text}`,
    place: node.place,
    hint: `quote it: ${group}: '${text.trim()}'`,
  })
}
