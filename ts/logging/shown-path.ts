import { relative } from 'node:path'

/** A path as people see it: relative where it lies below the present folder. */
export function shownPath(path: string): string {
  const inside = relative(process.cwd(), path)
  return inside.startsWith('..') ? path : inside || '.'
}

/** The command that uploads what the loggers of a run folder could not. */
export function syncCommand(directory: string): string {
  const folder = shownPath(directory)
  return `bun run sync ${/^[\w@%+=:,./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`}`
}
