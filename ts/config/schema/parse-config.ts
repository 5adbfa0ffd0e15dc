import * as v from 'valibot'
import { ConfigError, type ConfigProblem } from '../../errors/index.ts'
import type { ConfigNode, MapNode } from '../node.ts'
import { emaTarget } from '../registry/ema-target.ts'
import { readConfigured } from '../registry/read-configured.ts'
import { readPipeline } from '../registry/read-pipeline.ts'
import { argumentsOf } from '../registry/read-target.ts'
import type { Target } from '../target.ts'
import { type Config, type Configured, configSchema, groupSchemas } from './config.ts'
import { deepFreeze } from './deep-readonly.ts'
import { architectureOf, architectures } from './model.ts'
import { rememberTree } from './places.ts'
import { placeAt, read, reportUnknown } from './read.ts'
import { Report } from './report.ts'
import { runSchema } from './run.ts'
import { pipelineKeys } from './transforms.ts'
import { warnOfUnread } from './unread-keys.ts'
import { referencedKeys } from './variables.ts'

/** What a configuration may name that is defined elsewhere. */
export interface KnownTargets<Callback extends Target, Logger extends Target> {
  readonly callbacks: readonly Callback[]
  readonly loggers: readonly Logger[]
  /** The tree before its interpolations were resolved: keys that they read are variables, not unknown. */
  readonly unresolved?: ConfigNode | undefined
}

export interface ParsedConfig<Callback extends Target, Logger extends Target> {
  readonly config: Config<Callback, Logger>
  readonly warnings: readonly ConfigProblem[]
}

const emptyMap: MapNode = { kind: 'map', entries: new Map() }

/**
 * Parses a composed and resolved tree. Throws a ConfigError that holds every problem at once, each with its key, its
 * place, what was received and what is allowed.
 */
export function parseConfig<Callback extends Target, Logger extends Target>(
  tree: ConfigNode,
  known: KnownTargets<Callback, Logger>,
): ParsedConfig<Callback, Logger> {
  const report = new Report()
  if (tree.kind !== 'map')
    throw new ConfigError({ message: 'a configuration is a map of keys', place: tree.place })
  const variables = referencedKeys(known.unresolved ?? tree)
  refuseUnknownTop(tree, variables, report)
  const callbacks = readCallbacks(tree, known.callbacks, variables, report)
  const parts = {
    ...readRun(tree, report),
    ...readGroups(tree, variables, report),
    callbacks: callbacks.configured,
    logging: readConfigured(
      tree.entries.get('logging'),
      'logging',
      known.loggers,
      'logger',
      report,
      variables,
    ),
  }
  const config = complete(parts, tree, callbacks.ema, report)
  if (config === undefined || report.problems.length > 0) throw new ConfigError(report.problems)
  rememberTree(config, tree)
  warnOfUnread(config, tree, report)
  return { config, warnings: report.warnings }
}

const topKeys = [...Object.keys(configSchema.entries), 'callbacks', 'logging', 'hydra']

function refuseUnknownTop(tree: MapNode, variables: ReadonlySet<string>, report: Report): void {
  for (const [key, node] of tree.entries)
    if (!topKeys.includes(key) && !variables.has(key)) reportUnknown(key, node, topKeys, report)
}

function readRun(tree: MapNode, report: Report) {
  const entries = [...tree.entries].filter(([key]) => key in runSchema.entries)
  return read(runSchema, { ...tree, entries: new Map(entries) }, '', report)
}

type GroupName = keyof typeof groupSchemas
type Groups = { [Name in GroupName]?: v.InferOutput<(typeof groupSchemas)[Name]> | undefined }

function readGroups(tree: MapNode, variables: ReadonlySet<string>, report: Report): Groups {
  const groups: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(groupSchemas)) {
    const node = groupNode(name as GroupName, tree, report)
    if (node === undefined) continue
    const values =
      'entries' in schema && '_target_' in schema.entries
        ? argumentsWithTarget(node, schema, name, report)
        : node
    const parsed = name === 'transforms' ? readPipelines(values, report) : undefined
    groups[name] = read(schema, values, name, report, { variables, ...(parsed && { parsed }) })
  }
  return groups as Groups
}

/** Groups that a run cannot do without, and how to choose one. */
const needed: Partial<Record<GroupName, string>> = {
  model: `choose a network, for example model.architecture=${architectures[0]}`,
  data: 'say where the images are: data.data_root=FOLDER',
}

function groupNode(name: GroupName, tree: MapNode, report: Report): MapNode | undefined {
  const node = tree.entries.get(name)
  if (node?.kind === 'map') return node
  if (node === undefined || node.kind === 'null') {
    if (name === 'ema') return undefined
    const hint = needed[name]
    if (hint === undefined) return emptyMap
    report.problem({ key: name, message: `there is no ${name}`, place: node?.place, hint })
    return undefined
  }
  report.problem({ key: name, message: `expected a map of keys, received a ${node.kind}`, place: node.place })
  return undefined
}

function argumentsWithTarget(node: MapNode, schema: v.GenericSchema, path: string, report: Report): MapNode {
  const values = argumentsOf(node, schema, path, report)
  const target = node.entries.get('_target_')
  return target === undefined
    ? values
    : { ...values, entries: new Map([['_target_', target], ...values.entries]) }
}

function readPipelines(node: MapNode, report: Report): ReadonlyMap<ConfigNode, unknown> {
  const parsed = new Map<ConfigNode, unknown>()
  for (const key of Object.values(pipelineKeys).flat()) {
    const pipeline = node.entries.get(key)
    if (pipeline !== undefined)
      parsed.set(pipeline, readPipeline(pipeline, `transforms.${key}`, report) ?? null)
  }
  return parsed
}

/** EMA is an option of the engine, so its callback is known even where the caller has none of that name. */
function readCallbacks<Callback extends Target>(
  tree: MapNode,
  targets: readonly Callback[],
  variables: ReadonlySet<string>,
  report: Report,
) {
  const isOurs = (definition: Target) => !targets.includes(definition as Callback)
  const all = targets.some(({ name }) => name === emaTarget.name) ? targets : [...targets, emaTarget]
  const found = readConfigured<Target>(
    tree.entries.get('callbacks'),
    'callbacks',
    all,
    'callback',
    report,
    variables,
  )
  const options = found.find(({ definition }) => definition.name === emaTarget.name)?.options
  const ema = options === undefined ? undefined : v.safeParse(emaTarget.schema, options)
  return {
    configured: found.filter(({ definition }) => !isOurs(definition)) as Configured<Callback>[],
    ema: ema?.success ? ema.output : null,
  }
}

type Parts<C extends Target, L extends Target> = Groups &
  Partial<v.InferOutput<typeof runSchema>> & { callbacks: Configured<C>[]; logging: Configured<L>[] }

function complete<C extends Target, L extends Target>(
  parts: Parts<C, L>,
  tree: MapNode,
  emaOfCallback: Groups['ema'] | null,
  report: Report,
): Config<C, L> | undefined {
  const { model, data, transforms, trainer, optimizer, scheduler, ema, mix, callbacks, logging } = parts
  const { seed, log_level, resume, lint } = parts
  const architecture = model === undefined ? undefined : architectureOf(model)
  if (model !== undefined) checkArchitecture(model, tree, report)
  if (ema != null && emaOfCallback != null)
    report.problem({
      key: 'ema',
      message: 'EMA is configured twice: by this group and by the EMA callback',
      place: placeAt(tree, ['ema', 'decay']),
      hint: 'set the callback (callbacks.ema.decay=…), or take it out (callbacks.ema=null)',
    })
  const done = { model, data, transforms, trainer, optimizer, scheduler, mix, seed, log_level, resume, lint }
  if (architecture === undefined || !allDefined(done)) return undefined
  return {
    seed: done.seed,
    log_level: done.log_level,
    resume: done.resume,
    lint: done.lint,
    model: deepFreeze({ ...done.model, architecture }),
    data: deepFreeze(done.data),
    transforms: deepFreeze({
      image_size: done.transforms.image_size,
      train: done.transforms.train ?? done.transforms.train_transforms,
      val: done.transforms.val ?? done.transforms.val_transforms,
      test: done.transforms.test ?? done.transforms.test_transforms,
    }),
    trainer: deepFreeze(done.trainer),
    optimizer: deepFreeze(done.optimizer),
    scheduler: deepFreeze(done.scheduler),
    ema: deepFreeze(ema ?? emaOfCallback ?? null),
    mix: deepFreeze(done.mix),
    callbacks,
    logging,
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

const allDefined = <T extends object>(parts: T): parts is T & Defined<T> =>
  Object.values(parts).every((part) => part !== undefined)

function checkArchitecture(model: NonNullable<Groups['model']>, tree: MapNode, report: Report): void {
  const said = [model.architecture, model.name, model._target_].filter((name) => name !== undefined)
  const place = tree.entries.get('model')?.place
  if (said.length === 0)
    report.problem({
      key: 'model.architecture',
      message: `which network? expected ${architectures.join(', ')}`,
      place,
      hint: needed.model,
    })
  else if (new Set(said).size > 1)
    report.problem({ key: 'model', message: `the keys name different networks: ${said.join(', ')}`, place })
}
