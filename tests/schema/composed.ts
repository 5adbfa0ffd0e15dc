import { composeTree, loadYaml, resolveTree, taskOf } from '../../ts/config/index.ts'
import type { MapNode } from '../../ts/config/node.ts'
import { knownKey } from '../../ts/config/schema/index.ts'
import { callbacks, loggers } from './known-targets.ts'

/** A configuration written in a test, as the composer would hand it over. */
export function tree(text: string, file = 'test.yaml'): MapNode {
  const node = loadYaml(text, file)
  if (node.kind !== 'map') throw new Error(`${file} is no map`)
  return node
}

/** A primary config of a folder, composed with overrides and resolved. */
export function composed(
  configDir: string,
  configName: string,
  overrides: readonly string[] = [],
): { tree: MapNode; unresolved: MapNode } {
  const allowKey = (path: string) => knownKey(path, { callbacks, loggers })
  const composition = composeTree({ configDir, configName, overrides, allowKey, env: {} })
  return { tree: taskOf(resolveTree(composition)), unresolved: taskOf(composition.root) }
}
