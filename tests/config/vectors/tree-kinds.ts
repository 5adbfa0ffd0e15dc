import { expect } from 'bun:test'
import { type Composition, composeTree, taskOf } from '../../../ts/config/compose-tree.ts'
import { instantiate } from '../../../ts/config/instantiate.ts'
import { childrenOf, locatePath, splitKey } from '../../../ts/config/interpolation/located.ts'
import { Resolution } from '../../../ts/config/interpolation/resolution.ts'
import { type ConfigNode, emptyMap, type MapNode } from '../../../ts/config/node.ts'
import { applyOverrides } from '../../../ts/config/overrides/apply.ts'
import { lookups } from '../../../ts/config/overrides/lookups.ts'
import { parseOverrides } from '../../../ts/config/overrides/parser.ts'
import { checkInterpolations } from '../../../ts/config/sources/repository.ts'
import { clone } from '../../../ts/config/tree/clone.ts'
import { mergeInto } from '../../../ts/config/tree/merge.ts'
import { nodeAt } from '../../../ts/config/tree/path.ts'
import { fromPlain, type PlainValue } from '../../../ts/config/tree/plain.ts'
import { dumpYaml } from '../../../ts/config/yaml/dump.ts'
import { loadYaml } from '../../../ts/config/yaml/load.ts'
import { checkVector, expectFlow, expectYaml } from './expectation.ts'
import { environment, type Setup } from './setup.ts'
import { asMap, optionalText, textOf, texts, type Vector } from './vector.ts'

function context(env: Record<string, string | undefined>) {
  return { env, now: new Date(), runtimeVersion: Bun.version }
}

function loadMap(text: string): MapNode {
  const node = loadYaml(text, 'config')
  checkInterpolations(node)
  return asMap(node)
}

function yamlOf(vector: Vector): string {
  return textOf(vector.expect.entries.get('yaml'))
}

export function checkScalar(vector: Vector): Promise<void> {
  return checkVector(
    vector,
    () => nodeAt(loadYaml(`key: ${textOf(vector.input.entries.get('in'))}\n`, 'scalar'), ['key']),
    (node: ConfigNode) => expectNode(node, vector),
  )
}

export function checkLoad(vector: Vector): Promise<void> {
  const text = textOf(vector.input.entries.get('in') ?? vector.input.entries.get('text'))
  return checkVector(
    vector,
    () => loadYaml(text, 'document'),
    (node: ConfigNode) => expectNode(node, vector),
  )
}

function expectNode(node: ConfigNode, vector: Vector): void {
  const isText = node.kind === 'interpolation' || node.kind === 'missing'
  expect(isText ? 'str' : node.kind).toBe(textOf(vector.expect.entries.get('type')) as 'str')
  expectFlow(node, textOf(vector.expect.entries.get('flow')))
}

export function checkDump(vector: Vector): Promise<void> {
  const flow = textOf(vector.input.entries.get('flow') ?? vector.input.entries.get('in'))
  return checkVector(
    vector,
    () => dumpYaml(nodeAt(loadYaml(`key: ${flow}\n`, 'dump'), ['key']) ?? { kind: 'null' }),
    (text: string) =>
      expect(text).toBe(textOf(vector.expect.entries.get('text') ?? vector.expect.entries.get('yaml'))),
  )
}

export function checkMerge(vector: Vector): Promise<void> {
  return checkVector(
    vector,
    () => {
      const root = emptyMap()
      const resolution = new Resolution(root, context(process.env))
      for (const text of texts(vector.input.entries.get('configs'))) {
        mergeInto(root, loadMap(text), lookups(resolution))
      }
      const resolve = vector.input.entries.get('resolve')
      return resolve?.kind === 'bool' && resolve.value
        ? resolveAll(new Resolution(root, context(process.env)))
        : root
    },
    (node: ConfigNode) => expectYaml(node, yamlOf(vector)),
  )
}

function resolveAll(resolution: Resolution): ConfigNode {
  const entries = childrenOf(resolution.root).map((child): [string, ConfigNode] => {
    return [child.key ?? '', resolution.deep(child, { missing: 'keep' })]
  })
  const root = asMap(resolution.root.node)
  return { ...root, entries: new Map(entries) }
}

export function checkResolve(vector: Vector): Promise<void> {
  const key = optionalText(vector.input.entries.get('key'))
  return checkVector(
    vector,
    () => {
      const resolution = new Resolution(
        loadMap(textOf(vector.input.entries.get('config'))),
        context(environment(vector, '')),
      )
      if (key === undefined) return resolveAll(resolution)
      const located = locatePath(resolution.root, splitKey(key))
      if (!located) throw new Error(`the case has no key ${key}`)
      return resolution.deep(located)
    },
    (node: ConfigNode) => expectYaml(node, yamlOf(vector)),
  )
}

export function checkApply(vector: Vector): Promise<void> {
  const config = vector.input.entries.get('config')
  return checkVector(
    vector,
    () => {
      const root = config?.kind === 'map' ? clone(config) : loadMap(textOf(config))
      const resolution = new Resolution(root, context(process.env))
      applyOverrides(root, parseOverrides(texts(vector.input.entries.get('overrides'))), {
        ...lookups(resolution),
        suggest: () => ({ names: [] }),
        isGroup: () => false,
        warn: () => {},
      })
      return root
    },
    (node: ConfigNode) => expectYaml(node, yamlOf(vector)),
  )
}

function composition(vector: Vector, setup: Setup): Composition {
  const { configDir, root, env } = setup.directory(vector)
  return composeTree({
    configDir,
    configName: optionalText(vector.input.entries.get('config_name')) ?? 'config',
    overrides: texts(vector.input.entries.get('overrides')),
    cwd: root,
    env,
    jobName: 'train',
  })
}

export function checkCompose(vector: Vector, setup: Setup): Promise<void> {
  const packageName = optionalText(vector.input.entries.get('package'))
  return checkVector(
    vector,
    () => {
      const task = taskOf(composition(vector, setup).root)
      return packageName === undefined ? task : nodeAt(task, splitKey(packageName))
    },
    (node: ConfigNode) => expectYaml(node, yamlOf(vector)),
  )
}

export function checkDefaults(vector: Vector, setup: Setup): Promise<void> {
  return checkVector(
    vector,
    () => composition(vector, setup).steps.filter((step) => !step.path.startsWith('hydra/')),
    (steps: Composition['steps']) => {
      const lines = steps.map(
        (step) => `${step.path} @ ${step.package || '<root>'}${step.isSelf ? ' (self)' : ''}`,
      )
      expect(lines).toEqual(texts(vector.expect.entries.get('list')))
    },
  )
}

/** The library that the recorded calls went to: `lib.boom` fails, `lib.Nope` does not exist. */
function create(call: {
  target: string
  args: readonly unknown[]
  kwargs: object
  isPartial: boolean
}): unknown {
  if (!call.target.startsWith('lib.') || call.target === 'lib.Nope') throw new Error('no such target')
  if (call.target === 'lib.boom') throw new Error('bad arg')
  return { [call.isPartial ? 'partial' : 'call']: call.target, args: call.args, kwargs: call.kwargs }
}

export function checkInstantiate(vector: Vector): Promise<void> {
  const { entries } = vector.input
  const path = optionalText(entries.get('path'))
  const kwargs = entries.get('call')
  return checkVector(
    vector,
    () => {
      const config = loadMap(textOf(entries.get('config')))
      return instantiate(config, path === undefined ? [] : splitKey(path), {
        create,
        context: context(environment(vector, '')),
        kwargs: kwargs?.kind === 'map' ? kwargs : undefined,
      })
    },
    (result: PlainValue) => expectYaml(fromPlain(result), yamlOf(vector)),
  )
}
