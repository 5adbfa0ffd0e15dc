import { ConfigError } from '../../errors/index.ts'
import { type ConfigNode, emptyMap, type MapNode } from '../node.ts'
import { isHydraOverride, type Override } from '../overrides/value.ts'
import type { ConfigSource } from '../sources/source.ts'
import { nearest } from '../suggest/nearest.ts'
import { nodeAt } from '../tree/path.ts'

/** The release whose language is spoken. */
export const HYDRA_VERSION = '1.3.5'
export const HYDRA_VERSION_BASE = '1.3'

export interface FillOptions {
  readonly overrides: readonly Override[]
  readonly choices: ReadonlyMap<string, string | null>
  readonly sources: readonly ConfigSource[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly jobName: string
  readonly configName: string | undefined
}

/** Sets what Hydra itself knows: overrides, job and runtime. Changes the node in place. @throws ConfigError */
export function fillHydra(hydra: MapNode, options: FillOptions): void {
  const task = options.overrides.filter((override) => !isHydraOverride(override))
  const own = options.overrides.filter(isHydraOverride)
  const overrides = mapAt(hydra, 'overrides')
  overrides.entries.set('hydra', texts(own.map((override) => override.text)))
  overrides.entries.set('task', texts(task.map((override) => override.text)))
  const job = mapAt(hydra, 'job')
  if (isUnset(job.entries.get('name'))) job.entries.set('name', text(options.jobName))
  job.entries.set('override_dirname', text(overrideDirname(task, job)))
  job.entries.set(
    'config_name',
    options.configName === undefined ? { kind: 'null' } : text(options.configName),
  )
  copyEnvironment(job, options.env)
  const runtime = mapAt(hydra, 'runtime')
  runtime.entries.set('version', text(HYDRA_VERSION))
  runtime.entries.set('version_base', text(HYDRA_VERSION_BASE))
  runtime.entries.set('cwd', text(options.cwd))
  runtime.entries.set('config_sources', sourceList(options.sources))
  const choices = mapAt(runtime, 'choices')
  for (const [key, option] of options.choices)
    choices.entries.set(key, option === null ? { kind: 'null' } : text(option))
}

function text(value: string): ConfigNode {
  return { kind: 'str', value }
}

function texts(values: readonly string[]): ConfigNode {
  return { kind: 'list', items: values.map(text) }
}

function isUnset(node: ConfigNode | undefined): boolean {
  return node === undefined || node.kind === 'missing' || node.kind === 'null'
}

/** The map below a key, made where it is absent. */
function mapAt(parent: MapNode, key: string): MapNode {
  const node = parent.entries.get(key)
  if (node?.kind === 'map') return node
  const made = emptyMap()
  parent.entries.set(key, made)
  return made
}

/** `key=value,key=value` of the task overrides, sorted, without the excluded keys. */
function overrideDirname(task: readonly Override[], job: MapNode): string {
  const config = nodeAt(job, ['config', 'override_dirname'])
  const option = (name: string, fallback: string): string => {
    const node = config && nodeAt(config, [name])
    return node?.kind === 'str' ? node.value : fallback
  }
  const excludedNode = config && nodeAt(config, ['exclude_keys'])
  const excluded = excludedNode?.kind === 'list' ? excludedNode.items : []
  const names = new Set(excluded.map((item) => (item.kind === 'str' ? item.value : '')))
  const lines = task.filter((override) => !names.has(override.key)).map((override) => override.text)
  return lines.sort().join(option('item_sep', ',')).replaceAll('=', option('kv_sep', '='))
}

function copyEnvironment(job: MapNode, env: FillOptions['env']): void {
  const names = job.entries.get('env_copy')
  if (names?.kind !== 'list') return
  for (const node of names.items) {
    if (node.kind !== 'str') continue
    const value = env[node.value]
    if (value === undefined) {
      throw new ConfigError({
        key: 'hydra.job.env_copy',
        message: `the environment variable '${node.value}' is not set, so it cannot be copied`,
        place: node.place,
        suggestions: nearest(node.value, Object.keys(env)),
      })
    }
    mapAt(job, 'env_set').entries.set(node.value, text(value))
  }
}

/** With Hydra's last source, that of configurations registered by code, which is always empty here. */
function sourceList(sources: readonly ConfigSource[]): ConfigNode {
  const rows = [
    ...sources.map(({ path, scheme, provider }) => [path, scheme, provider]),
    ['', 'structured', 'schema'],
  ]
  return {
    kind: 'list',
    items: rows.map(([path = '', schema = '', provider = '']) => {
      return {
        kind: 'map',
        entries: new Map([
          ['path', text(path)],
          ['schema', text(schema)],
          ['provider', text(provider)],
        ]),
      }
    }),
  }
}
