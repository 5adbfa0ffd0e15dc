import type { ConfigProblem } from '../../errors/index.ts'
import { pythonText } from '../interpolation/python-text.ts'
import { type ConfigNode, textNode } from '../node.ts'
import { nearest } from '../suggest/nearest.ts'

/** What the hydra node may hold: closed maps, open ones, and the kinds of the values. */
type Shape = { readonly [key: string]: Shape } | 'any' | 'text' | 'texts' | 'integer' | 'boolean' | 'mode'

const SHAPE: Shape = {
  run: { dir: 'text' },
  sweep: { dir: 'text', subdir: 'text' },
  launcher: 'any',
  sweeper: 'any',
  help: { app_name: 'text', header: 'text', footer: 'text', template: 'text' },
  hydra_help: { template: 'text', hydra_help: 'text' },
  hydra_logging: 'any',
  job_logging: 'any',
  env: 'any',
  mode: 'mode',
  searchpath: 'texts',
  callbacks: 'any',
  output_subdir: 'text',
  overrides: { hydra: 'texts', task: 'texts' },
  job: {
    name: 'text',
    chdir: 'boolean',
    override_dirname: 'text',
    id: 'text',
    num: 'integer',
    config_name: 'text',
    env_set: 'any',
    env_copy: 'texts',
    config: { override_dirname: { kv_sep: 'text', item_sep: 'text', exclude_keys: 'texts' } },
  },
  runtime: {
    version: 'text',
    version_base: 'text',
    cwd: 'text',
    config_sources: 'any',
    output_dir: 'text',
    choices: 'any',
  },
  verbose: 'any',
}

const MODES = ['RUN', 'MULTIRUN']

/** Problems of a hydra node: unknown keys, values of another kind. */
export function checkHydra(node: ConfigNode, options: { readonly unknownKeys: boolean }): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  visit(node, SHAPE, 'hydra', problems, options.unknownKeys)
  return problems
}

/** The names that a closed map of hydra knows; undefined for other paths. */
export function hydraKeys(path: readonly string[]): readonly string[] | undefined {
  let shape: Shape | undefined = SHAPE
  for (const key of path) shape = typeof shape === 'object' ? shape[key] : undefined
  return typeof shape === 'object' ? Object.keys(shape) : undefined
}

function visit(
  node: ConfigNode,
  shape: Shape,
  key: string,
  problems: ConfigProblem[],
  unknownKeys: boolean,
): void {
  if (node.kind === 'interpolation' || node.kind === 'missing') return
  if (typeof shape === 'object') {
    if (node.kind !== 'map') {
      problems.push({ key, message: `must be a map, not ${node.kind}`, place: node.place })
      return
    }
    for (const [name, child] of node.entries) {
      const inner = Object.hasOwn(shape, name) ? shape[name] : undefined
      if (inner !== undefined) visit(child, inner, `${key}.${name}`, problems, unknownKeys)
      else if (unknownKeys) {
        const known = Object.keys(shape)
        problems.push({
          key: `${key}.${name}`,
          message: `'${name}' is no key of ${key}; it has ${known.join(', ')}`,
          place: child.keyPlace ?? child.place,
          suggestions: nearest(name, known),
        })
      }
    }
    return
  }
  const expected = mismatch(node, shape)
  if (expected)
    problems.push({ key, message: `must be ${expected}, not ${valueText(node)}`, place: node.place })
}

function mismatch(node: ConfigNode, shape: Exclude<Shape, object>): string | undefined {
  switch (shape) {
    case 'any':
      return undefined
    case 'text':
      return node.kind === 'map' || node.kind === 'list' ? 'text' : undefined
    case 'texts':
      return node.kind === 'list' && node.items.every((item) => item.kind !== 'map' && item.kind !== 'list')
        ? undefined
        : 'a list of strings'
    case 'integer':
      return node.kind === 'int' || node.kind === 'null' ? undefined : 'an integer'
    case 'boolean':
      return node.kind === 'bool' || node.kind === 'null' ? undefined : 'true, false or null'
    case 'mode':
      return node.kind === 'null' || (node.kind === 'str' && MODES.includes(node.value))
        ? undefined
        : MODES.join(' or ')
  }
}

/** Makes text of what must be text: `hydra.run.dir=5` is the folder `5`. Changes the node in place. */
export function normalizeHydra(node: ConfigNode): void {
  normalize(node, SHAPE)
}

function normalize(node: ConfigNode, shape: Shape): void {
  if (node.kind !== 'map' || typeof shape !== 'object') return
  for (const [name, child] of node.entries) {
    const inner = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (inner === 'text') {
      if (child.kind === 'int' || child.kind === 'float' || child.kind === 'bool') {
        node.entries.set(name, { ...child, ...textNode(pythonText(child)) })
      }
    } else if (inner !== undefined) normalize(child, inner)
  }
}

function valueText(node: ConfigNode): string {
  return 'value' in node ? `${node.kind} ${node.value}` : node.kind
}
