import type { ConfigEntry, GroupEntry } from './entry.ts'

/** Where an entry stands: the group directory and package of the file that holds it. */
export interface Standing {
  readonly directory: string
  readonly package: string
}

export type PlacedEntry = ConfigEntry | GroupEntry

const GLOBAL = '_global_'

/** The group path of an entry: `model`, `hydra/launcher`; empty at the root. */
export function groupPath(entry: PlacedEntry, standing: Standing): string {
  const written =
    entry.kind === 'group' ? entry.group : entry.path.slice(0, Math.max(0, entry.path.lastIndexOf('/')))
  const isAbsolute = (entry.kind === 'group' ? entry.group : entry.path).startsWith('/')
  const relative = written.replace(/^\//, '')
  if (isAbsolute || standing.directory === '') return relative
  return relative === '' ? standing.directory : `${standing.directory}/${relative}`
}

/** The path of the file that an entry means; `name` is the chosen option. */
export function configPath(entry: PlacedEntry, standing: Standing, name: string): string {
  const group = groupPath(entry, standing)
  return group === '' ? name : `${group}/${name}`
}

/** The file name of a path entry. */
export function pathName(entry: ConfigEntry): string {
  return entry.path.slice(entry.path.lastIndexOf('/') + 1)
}

/** Where the content lands: explicit `@package`, else the file's header, else the written group path. */
export function finalPackage(entry: PlacedEntry, standing: Standing, header: string | undefined): string {
  const own = explicitPackage(entry, standing) ?? absoluteHeader(header) ?? writtenPackage(entry)
  const joined = [standing.package, own].filter((part) => part !== '').join('.')
  const global = joined.lastIndexOf(GLOBAL)
  return global < 0 ? joined : joined.slice(global + GLOBAL.length + 1)
}

/** The name under which a choice is overridden: the group path, and the package where it differs from the path. */
export function overrideKey(entry: GroupEntry, standing: Standing): string {
  const path = groupPath(entry, standing)
  const landing = finalPackage(entry, standing, undefined)
  return landing === path.replaceAll('/', '.') ? path : `${path}@${landing || GLOBAL}`
}

function explicitPackage(entry: PlacedEntry, standing: Standing): string | undefined {
  if (!entry.package?.includes('_group_')) return entry.package
  return `${GLOBAL}.${entry.package.replaceAll('_group_', groupPath(entry, standing).replaceAll('/', '.'))}`
}

function absoluteHeader(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  return header === GLOBAL || header.startsWith(`${GLOBAL}.`) ? header : `${GLOBAL}.${header}`
}

function writtenPackage(entry: PlacedEntry): string {
  const written =
    entry.kind === 'group' ? entry.group : entry.path.slice(0, Math.max(0, entry.path.lastIndexOf('/')))
  return written.replace(/^\//, '').replaceAll('/', '.')
}
