import { ConfigError } from '../../errors/index.ts'
import { locateRoot } from '../interpolation/located.ts'
import { pythonText } from '../interpolation/python-text.ts'
import { Resolution, type ResolutionContext } from '../interpolation/resolution.ts'
import type { ConfigNode } from '../node.ts'
import { nearest } from '../suggest/nearest.ts'
import type { PlacedEntry } from './package.ts'

/** Replaces interpolations in an entry by the choices that are known. @throws ConfigError */
export function resolveOption(
  entry: PlacedEntry,
  known: ReadonlyMap<string, string | null>,
  context: ResolutionContext,
): PlacedEntry {
  if (entry.kind === 'config') return { ...entry, path: resolved(entry.path, entry, known, context) }
  return typeof entry.value === 'string'
    ? { ...entry, value: resolved(entry.value, entry, known, context) }
    : entry
}

function resolved(
  text: string,
  entry: PlacedEntry,
  known: ReadonlyMap<string, string | null>,
  context: ResolutionContext,
): string {
  const choices = [...known].map(([key, option]): [string, ConfigNode] => {
    return [key, option === null ? { kind: 'null' } : { kind: 'str', value: option }]
  })
  const node: ConfigNode = { kind: 'interpolation', value: text, place: entry.place }
  const root = locateRoot({ kind: 'map', entries: new Map(choices) })
  try {
    return pythonText(new Resolution(root.node, context).value({ node, key: 'defaults', parent: root }).node)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const names = [...known.keys()]
    const wanted = /\$\{([^}]*)\}/.exec(text)?.[1] ?? text
    throw new ConfigError({
      message: `error resolving the interpolation '${text}' in the defaults; possible keys: ${names.join(', ')}`,
      place: entry.place,
      suggestions: nearest(wanted, names),
    })
  }
}
