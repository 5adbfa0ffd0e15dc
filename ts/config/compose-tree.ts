import { resolve } from 'node:path'
import { ConfigError, type ConfigProblem, type Place } from '../errors/index.ts'
import { Choices, sortOverrides } from './defaults/choices.ts'
import { flattenDefaults, type MergeStep } from './defaults/flatten.ts'
import { warnAboutHiddenValues } from './defaults/hidden-values.ts'
import { buildDefaultsTree, type DefaultsNode } from './defaults/tree.ts'
import { fillHydra } from './hydra/fill.ts'
import { checkHydra, normalizeHydra } from './hydra/shape.ts'
import { Resolution, type ResolutionContext } from './interpolation/resolution.ts'
import type { Resolver } from './interpolation/resolver.ts'
import { emptyMap, type MapNode } from './node.ts'
import { applyOverrides } from './overrides/apply.ts'
import { lookups } from './overrides/lookups.ts'
import { parseOverrides } from './overrides/parser.ts'
import { checkSweeps } from './overrides/sweep-rules.ts'
import { keyWithPackage, type Override } from './overrides/value.ts'
import { checkInterpolations, type FileCache, Repository } from './sources/repository.ts'
import { openSources } from './sources/search-path.ts'
import { keySuggestions } from './suggest/keys.ts'
import { clone } from './tree/clone.ts'
import { mergeInto } from './tree/merge.ts'
import { nodeAt, wrapAt } from './tree/path.ts'

export interface ComposeTreeOptions {
  /** The directory of the configuration, absolute or relative to `cwd`. */
  readonly configDir: string
  /** The primary config, with or without `.yaml`; without it only what is appended. */
  readonly configName?: string | undefined
  readonly overrides?: readonly string[] | undefined
  /** `multirun` composes the master of a sweep: sweeps are allowed and left out, choices may be open. */
  readonly mode?: 'run' | 'multirun' | undefined
  /** Searched after `configDir`. */
  readonly additionalDir?: string | undefined
  /** A directory whose `hydra/` alone is searched, last: a program's own launchers and sweepers. */
  readonly pluginDir?: string | undefined
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** For `${now:…}`. */
  readonly now?: Date | undefined
  /** `hydra.job.name`, where the configuration sets none. */
  readonly jobName?: string | undefined
  /** Keys that a schema knows may be set without `+`; gets the full dotted path. */
  readonly allowKey?: ((path: string) => boolean) | undefined
  readonly cache?: FileCache | undefined
  readonly resolvers?: ReadonlyMap<string, Resolver> | undefined
  /** A root that was composed before, with its hydra node: only the overrides are applied to it. */
  readonly saved?: MapNode | undefined
  /** For `shuffle`. */
  readonly random?: (() => number) | undefined
}

/** A composed configuration, interpolations unresolved, each node with its place. */
export interface Composition {
  /** All of it, with the key `hydra`. */
  readonly root: MapNode
  readonly overrides: readonly Override[]
  readonly defaultsTree: DefaultsNode
  /** The files in merge order. */
  readonly steps: readonly MergeStep[]
  readonly repository: Repository
  readonly context: ResolutionContext
  readonly warnings: readonly ConfigProblem[]
  readonly options: ComposeTreeOptions
}

/** Composes a configuration as Hydra 1.3 does. Reads files, writes nothing. @throws ConfigError */
export function composeTree(options: ComposeTreeOptions): Composition {
  const cwd = resolve(options.cwd ?? process.cwd())
  const env = options.env ?? process.env
  const configName = options.configName?.replace(/\.yaml$/, '')
  const warnings: ConfigProblem[] = []
  const warn = (message: string, place?: Place): void => {
    if (!warnings.some((known) => known.message === message)) warnings.push({ message, place })
  }
  const now = options.now ?? new Date()
  const context: ResolutionContext = {
    env,
    now,
    runtimeVersion: Bun.version,
    resolvers: options.resolvers,
    warn,
  }
  const mode = options.mode ?? 'run'

  const overrides = parseOverrides(options.overrides ?? [], { random: options.random })
  const cache: FileCache = options.cache ?? new Map()
  const sources = openSources({ ...options, configName, cwd, overrides, cache, context, warn })
  checkSweeps(overrides, mode)
  const repository = new Repository(sources, cache)
  if (options.saved) refuseChoices(overrides, options.saved)
  const { choices, appended, values } = options.saved
    ? { choices: new Choices(), appended: [], values: overrides }
    : sortOverrides(overrides, repository)
  const allowOpenChoices = mode === 'multirun'
  const tree = { repository, choices, appended, allowOpenChoices, context, warn }
  const defaultsTree = options.saved ? EMPTY_TREE : buildDefaultsTree(configName, tree)
  const steps = flattenDefaults(defaultsTree)
  const root = options.saved ? clone(options.saved) : mergeFiles(steps, repository, context)
  failOn(checkHydra(hydraOf(root), { unknownKeys: true }))
  if (!options.saved) warnAboutHiddenValues(root, steps, repository, warn)
  const resolution = new Resolution(root, context)
  applyOverrides(root, values, {
    ...lookups(resolution),
    allowKey: options.allowKey,
    suggest: (key) => keySuggestions(key, root, repository),
    warn,
    isGroup: (path) => repository.groupExists(path),
  })
  if (values.length > 0) checkInterpolations(root)
  fillHydra(hydraOf(root), {
    overrides,
    choices: choices.known,
    sources: repository.sources,
    cwd,
    env,
    jobName: options.jobName ?? 'app',
    configName: options.configName,
  })
  failOn(checkHydra(hydraOf(root), { unknownKeys: false }))
  normalizeHydra(hydraOf(root))
  warnAboutCallbacks(hydraOf(root), warn)
  return { root, overrides, defaultsTree, steps, repository, context, warnings, options }
}

const EMPTY_TREE: DefaultsNode = {
  label: '<root>',
  path: undefined,
  package: '',
  isSelf: false,
  isPrimary: false,
  isDropped: false,
}

/** A saved configuration has no groups any more. */
function refuseChoices(overrides: readonly Override[], saved: MapNode): void {
  const choices = nodeAt(saved, ['hydra', 'runtime', 'choices'])
  const problems: ConfigProblem[] = []
  for (const override of overrides) {
    const key = keyWithPackage(override)
    if (choices?.kind !== 'map' || !choices.entries.has(key) || override.value?.kind === 'dict') continue
    problems.push({
      message: `'${override.text}' chooses an option of a group, which a saved configuration no longer has`,
      place: {
        kind: 'override',
        text: override.text,
        argument: override.argument,
        column: override.keyColumn,
      },
      hint: 'set single values, or start a new run with the overrides of the old one',
    })
  }
  failOn(problems)
}

function failOn(problems: readonly ConfigProblem[]): void {
  if (problems.length > 0) throw new ConfigError(problems)
}

function warnAboutCallbacks(hydra: MapNode, warn: (message: string, place?: Place) => void): void {
  const callbacks = hydra.entries.get('callbacks')
  if (callbacks?.kind !== 'map' || callbacks.entries.size === 0) return
  warn(
    `hydra.callbacks (${[...callbacks.entries.keys()].join(', ')}) are not run by this program`,
    callbacks.place,
  )
}

/** The hydra node of a composed root. @throws ConfigError where it is no map */
export function hydraOf(root: MapNode): MapNode {
  const hydra = root.entries.get('hydra')
  if (hydra?.kind === 'map') return hydra
  throw new ConfigError({ key: 'hydra', message: 'must be a map', place: hydra?.place })
}

/** The composed root without the hydra node: what the program gets. */
export function taskOf(root: MapNode): MapNode {
  const entries = new Map(root.entries)
  entries.delete('hydra')
  return { ...root, entries }
}

function mergeFiles(
  steps: readonly MergeStep[],
  repository: Repository,
  context: ResolutionContext,
): MapNode {
  const root = emptyMap()
  const { target } = lookups(new Resolution(root, context))
  for (const step of steps) {
    const file = repository.load(step.path)
    if (file === undefined) throw new Error(`the file of ${step.path} is gone`)
    const path = step.package === '' ? [] : step.package.split('.')
    const wrapped = wrapAt(path, file.content)
    if (wrapped.kind !== 'map') {
      throw new ConfigError({
        message: `${step.isPrimary ? 'primary config' : 'the file'} '${step.path}' must be a map, got a list`,
        place: file.content.place,
        hint: 'a list can stand in a group file only, where it has a key',
      })
    }
    if (!step.isPrimary && step.path !== 'hydra/config') refuseSearchPath(wrapped, step.path)
    mergeInto(root, wrapped, { target })
  }
  return root
}

function refuseSearchPath(file: MapNode, path: string): void {
  const hydra = file.entries.get('hydra')
  const searchPath = hydra?.kind === 'map' ? hydra.entries.get('searchpath') : undefined
  if (searchPath === undefined || searchPath.kind === 'null') return
  throw new ConfigError({
    key: 'hydra.searchpath',
    message: `in '${path}': overriding hydra.searchpath is only supported from the primary config`,
    place: searchPath.keyPlace ?? searchPath.place,
    hint: 'move it to the primary config, or set it on the command line',
  })
}
