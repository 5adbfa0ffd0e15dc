import type { ConfigSource } from './source.ts'

/** A source of which one top-level group is seen. */
export function onlyBelow(source: ConfigSource, group: string): ConfigSource {
  const sees = (path: string): boolean => path === group || path.startsWith(`${group}/`)
  return {
    ...source,
    isGroup: (path) => (path === '' || sees(path)) && source.isGroup(path),
    isConfig: (path) => sees(path) && source.isConfig(path),
    groups: (path) => (path === '' ? [group] : sees(path) ? source.groups(path) : []),
    configs: (path) => (sees(path) ? source.configs(path) : []),
  }
}
