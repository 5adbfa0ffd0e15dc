import { ConfigError } from '../../errors/index.ts'
import { type Composition, hydraOf, taskOf } from '../compose-tree.ts'
import { locatePath, splitKey } from '../interpolation/located.ts'
import { pythonText } from '../interpolation/python-text.ts'
import { Resolution } from '../interpolation/resolution.ts'
import { type ConfigNode, isContainer, type MapNode } from '../node.ts'
import { resolveTree } from '../resolve-tree.ts'
import { keySuggestions } from '../suggest/keys.ts'
import { toPlain } from '../tree/plain.ts'
import { dumpYaml } from '../yaml/dump.ts'

export interface ShowConfigOptions {
  readonly part: 'job' | 'hydra' | 'all'
  /** Only what lies at this key. */
  readonly package?: string | undefined
  readonly resolve?: boolean | undefined
  readonly json?: boolean | undefined
}

/** The text of `--cfg`. @throws ConfigError for a package that does not exist */
export function renderConfig(composition: Composition, options: ShowConfigOptions): string {
  const root = options.resolve
    ? resolveTree(composition, { only: options.part === 'job' ? 'task' : options.part, missing: 'keep' })
    : composition.root
  const shown = partOf(root, options.part)
  const path = options.package === '_global_' ? undefined : options.package
  if (path === undefined) return text(shown, undefined, options)
  const node = selected(shown, path, composition)
  if (node === undefined) {
    const { names, hint } = keySuggestions(path, composition.root, composition.repository)
    throw new ConfigError({ message: `package '${path}' not found in config`, suggestions: names, hint })
  }
  return text(node, path, options)
}

function text(node: ConfigNode, path: string | undefined, options: ShowConfigOptions): string {
  if (options.json) return `${jsonText(node)}\n`
  if (!isContainer(node)) return `${pythonText(node)}\n`
  return `${path === undefined ? '' : `# @package ${path}\n`}${dumpYaml(node)}`
}

/** Integers beyond 2^53 become text. */
export function jsonText(node: ConfigNode): string {
  return JSON.stringify(
    toPlain(node),
    (_key, value) => (typeof value === 'bigint' ? String(value) : value),
    2,
  )
}

function partOf(root: MapNode, part: ShowConfigOptions['part']): MapNode {
  if (part === 'all') return root
  if (part === 'job') return taskOf(root)
  const hydra = hydraOf(root)
  const entries = new Map(hydra.entries)
  entries.delete('help')
  entries.delete('hydra_help')
  return { ...root, entries: new Map([['hydra', { ...hydra, entries }]]) }
}

/** The node at a key, interpolations followed; undefined where it is absent, null or not set. */
function selected(shown: MapNode, path: string, composition: Composition): ConfigNode | undefined {
  const keys = splitKey(path)
  const first = keys[0]
  if (first === undefined || !shown.entries.has(first)) return undefined
  const resolution = new Resolution(composition.root, composition.context)
  const direct = locatePath({ node: shown, key: undefined, parent: undefined }, keys)
  const holder = direct ?? resolution.root
  const target =
    direct !== undefined && direct.node.kind !== 'interpolation'
      ? direct
      : resolution.select(resolution.root, keys, holder)
  const kind = target?.node.kind
  return kind === 'null' || kind === 'missing' ? undefined : target?.node
}
