import type { BuiltInFile } from '../hydra/built-in-files.ts'
import { fromPlain } from '../tree/plain.ts'
import type { ConfigSource } from './source.ts'

/** Files that exist in code only, by path without extension. */
export function builtInSource(files: ReadonlyMap<string, BuiltInFile>): ConfigSource {
  const groups = new Set<string>([''])
  for (const path of files.keys()) {
    const parts = path.split('/')
    for (let count = 1; count < parts.length; count++) groups.add(parts.slice(0, count).join('/'))
  }
  const below = (path: string, names: Iterable<string>): string[] => {
    const prefix = path === '' ? '' : `${path}/`
    const inside = [...names].filter((name) => name !== '' && name.startsWith(prefix))
    return inside
      .map((name) => name.slice(prefix.length))
      .filter((name) => name !== '' && !name.includes('/'))
  }
  return {
    provider: 'hydra',
    scheme: 'pkg',
    path: 'hydra.conf',
    isAvailable: () => true,
    isGroup: (path) => groups.has(path),
    isConfig: (path) => files.has(path),
    groups: (path) => below(path, groups),
    configs: (path) => below(path, files.keys()),
    read: (path) => {
      const file = files.get(path)
      return { name: `built-in ${path}.yaml`, node: fromPlain(file?.content ?? {}), package: file?.package }
    },
  }
}
