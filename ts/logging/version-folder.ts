import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Lightning's `version_N` in `parent`: the given version, or the one after the newest. */
export function versionFolder(parent: string, version: string | null): string {
  if (version !== null) return join(parent, /^\d+$/.test(version) ? `version_${version}` : version)
  return join(parent, `version_${(newestVersion(parent) ?? -1) + 1}`)
}

/** The highest N of the folders `version_N`. */
export function newestVersion(parent: string): number | undefined {
  const names = existsSync(parent) ? readdirSync(parent) : []
  const numbers = names.flatMap((name) => /^version_(\d+)$/.exec(name)?.[1] ?? [])
  return numbers.length === 0 ? undefined : Math.max(...numbers.map(Number))
}
