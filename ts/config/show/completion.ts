import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { ConfigError } from '../../errors/index.ts'
import { parseCommandLine } from '../command-line.ts'
import { type ComposeTreeOptions, type Composition, composeTree } from '../compose-tree.ts'
import { childrenOf, type Located, locateRoot, splitKey } from '../interpolation/located.ts'
import { pythonText } from '../interpolation/python-text.ts'
import { Resolution } from '../interpolation/resolution.ts'
import { isContainer } from '../node.ts'
import type { Repository } from '../sources/repository.ts'

/** Candidates for the last word of `line`, which holds what follows the program's name; sorted. */
export function complete(line: string, options: ComposeTreeOptions): string[] {
  const words = line.split(/\s+/).filter((word) => word !== '')
  const begun = line === '' || /\s$/.test(line) ? '' : (words.pop() ?? '')
  const { overrides, mode, ...flags } = flagsOf(words)
  const files = fileCandidates(begun)
  if (files) return files.sort()
  const composition = attempt(() => {
    return composeTree({ ...options, ...flags, overrides, mode: mode ?? 'run' })
  })
  const repository =
    composition?.repository ?? attempt(() => composeTree({ ...options, configName: undefined }))?.repository
  const groups = repository ? groupCandidates(begun, repository) : { names: [], complete: false }
  const keys = groups.complete || !composition ? [] : keyCandidates(begun, composition)
  return [...new Set([...groups.names, ...keys])].sort()
}

function flagsOf(words: readonly string[]): Pick<
  ComposeTreeOptions,
  'configName' | 'mode' | 'additionalDir'
> & {
  readonly overrides: readonly string[]
} {
  const parsed = attempt(() => parseCommandLine(words))
  if (!parsed) return { overrides: words.filter((word) => !word.startsWith('-')) }
  return {
    overrides: parsed.overrides,
    mode: parsed.mode,
    ...(parsed.configName !== undefined && { configName: parsed.configName }),
    ...(parsed.configDir !== undefined && { additionalDir: parsed.configDir }),
  }
}

/** Undefined where a half-written command line is wrong. */
function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

function fileCandidates(word: string): string[] | undefined {
  const equals = word.lastIndexOf('=')
  const value = word.slice(equals + 1)
  if (equals < 0 || !/^[./\\]/.test(value)) return undefined
  const isDirectory = existsSync(value) && statSync(value).isDirectory()
  const directory = isDirectory ? value : dirname(value)
  const begun = isDirectory ? '' : basename(value)
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter((name) => name.startsWith(begun))
  const prefix = `${word.slice(0, equals + 1)}${directory}${directory.endsWith('/') ? '' : '/'}`
  return names.map((name) => `${prefix}${name}`)
}

/** `complete` when the word is certainly about a group's option. */
function groupCandidates(word: string, repository: Repository): { names: string[]; complete: boolean } {
  const prefix = /^[+~]/.exec(word)?.[0] ?? ''
  const text = word.slice(prefix.length)
  const equals = text.lastIndexOf('=')
  if (equals >= 0) {
    const group = text.slice(0, equals)
    const options = repository.options(group)
    const names = options.map((option) => `${group}=${option}`).filter((name) => name.startsWith(text))
    return { names: names.map((name) => `${prefix}${name}`), complete: options.length > 0 }
  }
  const slash = text.lastIndexOf('/')
  const parent = slash < 0 ? '' : text.slice(0, slash)
  const names = repository.groups(parent).map((name) => (parent === '' ? name : `${parent}/${name}`))
  const shown = names
    .filter((name) => name.startsWith(text) && !name.startsWith('.'))
    .map((name) => `${name}${groupEnding(name, prefix, repository)}`)
  return { names: shown.map((name) => `${prefix}${name}`), complete: false }
}

function groupEnding(group: string, prefix: string, repository: Repository): string {
  const hasOptions = repository.options(group).length > 0
  const hasGroups = repository.groups(group).length > 0
  if (hasOptions && !hasGroups) return prefix === '~' ? '' : '='
  return hasGroups && !hasOptions ? '/' : ''
}

function keyCandidates(word: string, composition: Composition): string[] {
  const resolution = new Resolution(composition.root, composition.context)
  const root = locateRoot(composition.root)
  if (word.endsWith('=')) {
    const target = attempt(() => resolution.select(root, splitKey(word.slice(0, -1)), root))
    if (!target || target.node.kind === 'null') return []
    if (target.node.kind === 'missing') return [word]
    if (isContainer(target.node)) return childNames(target).map((name) => `${word}${name}`)
    const text = target.node.kind === 'bool' ? String(target.node.value) : pythonText(target.node)
    return [`${word}${text}`]
  }
  const dot = word.lastIndexOf('.')
  const base = word.slice(0, Math.max(0, dot))
  const parent = dot < 0 ? root : attempt(() => resolution.select(root, splitKey(base), root))
  if (!parent || !isContainer(parent.node)) return []
  const begun = word.slice(dot + 1)
  return childNames(parent)
    .filter((name) => name.startsWith(begun))
    .map((name) => (dot < 0 ? name : `${base}.${name}`))
}

function childNames(parent: Located): string[] {
  return childrenOf(parent).map((child) => `${child.key}${isContainer(child.node) ? '.' : '='}`)
}
