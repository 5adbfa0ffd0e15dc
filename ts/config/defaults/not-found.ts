import { ConfigError, type Place } from '../../errors/index.ts'
import type { Repository } from '../sources/repository.ts'
import { nearest } from '../suggest/nearest.ts'
import type { PlacedEntry } from './package.ts'

/** A choice that the user must make. */
export function optionMissing(
  key: string,
  group: string,
  repository: Repository,
  place: Place | undefined,
): ConfigError {
  const options = repository.options(group)
  return new ConfigError({
    key,
    message: `you must specify '${key}', e.g. ${key}=<OPTION>\n${optionList(options)}`,
    place,
  })
}

/** A file that no source has. */
export function notFound(
  entry: PlacedEntry,
  path: string,
  group: string,
  context: { readonly includer: string | undefined; readonly isPrimary: boolean },
  repository: Repository,
): ConfigError {
  const hint = `config search path:\n${searchPath(repository)}`
  if (context.isPrimary) {
    const message = `cannot find primary config '${path}': check that it is in your config search path`
    return new ConfigError({ message, suggestions: nearest(path, repository.options('')), hint })
  }
  const where = context.includer === undefined ? '' : `in '${context.includer}': `
  const options = repository.options(group)
  if (entry.kind === 'config') {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const suggestions = nearest(name, options)
    return new ConfigError({
      message: `${where}could not load '${path}'`,
      place: entry.place,
      suggestions,
      hint,
    })
  }
  const available = options.length > 0 ? `\navailable options in '${group}':\n${optionList(options, '')}` : ''
  const chosen = path.slice(path.lastIndexOf('/') + 1)
  return new ConfigError({
    message: `${where}could not find '${path}'${available}`,
    place: entry.place,
    suggestions: nearest(chosen, options),
    hint,
  })
}

function optionList(options: readonly string[], title = 'available options:\n'): string {
  return `${title}${options.map((option) => `\t${option}`).join('\n')}`
}

/** One source a line. */
export function searchPath(repository: Repository): string {
  return repository.sources
    .map((source) => `\tprovider=${source.provider}, path=${source.scheme}://${source.path}`)
    .join('\n')
}
