import { readdirSync, statSync } from 'node:fs'
import { FLAGS } from '../config/command-line.ts'
import type { ComposeTreeOptions } from '../config/index.ts'
import { complete } from '../config/show/completion.ts'
import { argumentsOf } from '../config/show/completion-script.ts'
import { type CommandWords, completionWords, pathKeys, type Values } from './completion-words.ts'

const help = { '--help': null } as const

/** Candidates for the last word of a shell's line, sorted; what ends in `=`, `.` or `/` goes on. */
export function completeLine(line: string, tree: () => ComposeTreeOptions): string[] {
  const rest = argumentsOf(line)
  const words = rest.split(/\s+/).filter((word) => word !== '')
  const begun = rest === '' || /\s$/.test(rest) ? '' : (words.pop() ?? '')
  const [name, ...before] = words
  if (name === undefined)
    return starting([...Object.keys(completionWords), '--help', '--version'], begun).sort()
  const command = completionWords[name]
  if (!command) return []
  const flags: CommandWords['flags'] = { ...command.flags, ...(command.overrides && treeFlags()), ...help }
  const expected = flags[before.at(-1) ?? '']
  if (expected) return valuesOf(expected, begun)
  if (begun.startsWith('-')) return starting(Object.keys(flags), begun).sort()
  const equals = begun.indexOf('=')
  const values = { ...(command.overrides && pathKeys), ...command.options }
  const own = values[begun.slice(0, Math.max(0, equals))]
  if (own)
    return valuesOf(own, begun.slice(equals + 1)).map((value) => `${begun.slice(0, equals + 1)}${value}`)
  const found = [
    ...starting(
      Object.keys(command.options).map((key) => `${key}=`),
      begun,
    ),
    ...(command.bare && equals < 0 ? valuesOf(command.bare, begun) : []),
    ...(command.overrides ? complete(rest.replace(/^\S+\s+/, ''), tree()) : []),
  ]
  return [...new Set(found)].sort()
}

/** The flags of the configuration, with what may follow them. */
function treeFlags(): Record<string, Values | null> {
  return Object.fromEntries(
    FLAGS.flatMap(({ names, value }) => {
      const values = value && (value.choices ?? (/DIRECTORY/.test(value.name) ? 'path' : 'text'))
      return names.map((name): [string, Values | null] => [name, values ?? null])
    }),
  )
}

function starting(words: readonly string[], begun: string): string[] {
  return words.filter((word) => word.startsWith(begun))
}

function valuesOf(values: Values, begun: string): string[] {
  if (values === 'text') return []
  return values === 'path' ? paths(begun) : starting(values, begun)
}

/** Files and folders that a path may go on to; hidden ones where their dot is there. */
function paths(begun: string): string[] {
  const slash = begun.lastIndexOf('/') + 1
  const [folder, start] = [begun.slice(0, slash), begun.slice(slash)]
  try {
    return readdirSync(folder === '' ? '.' : folder)
      .filter((name) => name.startsWith(start) && (start !== '' || !name.startsWith('.')))
      .map((name) => `${folder}${name}${isFolder(`${folder}${name}`) ? '/' : ''}`)
      .sort()
  } catch {
    return []
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
