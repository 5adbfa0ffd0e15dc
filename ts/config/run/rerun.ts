import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { ConfigError } from '../../errors/index.ts'
import { type ComposeTreeOptions, type Composition, composeTree, hydraOf } from '../compose-tree.ts'
import type { ConfigNode, MapNode } from '../node.ts'
import { shownPath } from '../sources/directory-source.ts'
import { clone } from '../tree/clone.ts'
import { nodeAt } from '../tree/path.ts'
import { loadYaml } from '../yaml/load.ts'

/**
 * The composition that a run's directory holds, with further overrides. Takes the run's directory, its `.hydra`, or a file
 * in it. `hydra.run.dir` is resolved anew, so the old results stay.
 * @throws ConfigError
 */
export function rerunComposition(
  path: string,
  options: Omit<ComposeTreeOptions, 'configDir' | 'configName'>,
): Composition {
  const cwd = options.cwd ?? process.cwd()
  const directory = hydraDirectory(resolve(cwd, path))
  const config = readMap(join(directory, 'config.yaml'), cwd)
  const hydra = readMap(join(directory, 'hydra.yaml'), cwd).entries.get('hydra')
  if (hydra?.kind !== 'map') {
    throw new ConfigError({ message: `${join(directory, 'hydra.yaml')} has no map 'hydra'` })
  }
  const saved: MapNode = { ...config, entries: new Map([['hydra', clone(hydra)], ...config.entries]) }
  for (const [map, key] of [
    ['runtime', 'output_dir'],
    ['job', 'id'],
    ['job', 'num'],
    ['', 'mode'],
  ] as const) {
    const parent = map === '' ? hydraOf(saved) : hydraOf(saved).entries.get(map)
    if (parent?.kind === 'map') parent.entries.set(key, map === '' ? { kind: 'null' } : { kind: 'missing' })
  }
  const composition = composeTree({ ...options, configDir: directory, saved })
  for (const kind of ['hydra', 'task']) prepend(composition, kind, nodeAt(hydra, ['overrides', kind]))
  return composition
}

/** What the saved run was started with comes first. */
function prepend(composition: Composition, kind: string, earlier: ConfigNode | undefined): void {
  const node = nodeAt(hydraOf(composition.root), ['overrides', kind])
  if (node?.kind === 'list' && earlier?.kind === 'list') node.items.unshift(...earlier.items)
}

function hydraDirectory(path: string): string {
  const start = existsSync(path) && statSync(path).isDirectory() ? path : dirname(path)
  const candidates = basename(start) === '.hydra' ? [start] : [join(start, '.hydra'), start]
  const found = candidates.find((candidate) => existsSync(join(candidate, 'hydra.yaml')))
  if (found) return found
  throw new ConfigError({
    message: `${path} is not the directory of a run: there is no .hydra/hydra.yaml in it`,
    hint: 'name the directory that holds .hydra',
  })
}

function readMap(file: string, cwd: string): MapNode {
  if (!existsSync(file)) throw new ConfigError({ message: `${file} is missing` })
  const node = loadYaml(readFileSync(file, 'utf8'), shownPath(file, cwd))
  if (node.kind === 'map') return node
  throw new ConfigError({ message: `${file} must hold a map`, place: node.place })
}
