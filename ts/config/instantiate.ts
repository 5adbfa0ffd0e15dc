import { ConfigError } from '../errors/index.ts'
import { childrenOf, fullKey, type Located, locateRoot } from './interpolation/located.ts'
import { Resolution, type ResolutionContext } from './interpolation/resolution.ts'
import type { ConfigNode, MapNode } from './node.ts'
import { clone } from './tree/clone.ts'
import { mergeInto } from './tree/merge.ts'
import { toPlain } from './tree/plain.ts'

/** A `_target_` with its arguments, which are built already. */
export interface TargetCall {
  readonly target: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
  /** `_partial_: true`: the caller makes a function of it. */
  readonly isPartial: boolean
  /** Full key of the map. */
  readonly key: string
  readonly node: MapNode
}

export interface InstantiateOptions {
  /** Makes what a target names. @throws any error, which is reported with target and key */
  readonly create: (call: TargetCall) => unknown
  readonly context: ResolutionContext
  /** Arguments of the call site, which are merged over the configuration. */
  readonly kwargs?: MapNode | undefined
}

const SPECIAL = new Set(['_target_', '_partial_', '_recursive_', '_convert_', '_args_'])

/**
 * Builds what the `_target_` keys below `path` name, innermost first; maps and lists without one are walked, null stays
 * null. `_recursive_: false` leaves what lies inside as plain values.
 * @throws ConfigError with target and full key
 */
export function instantiate(root: ConfigNode, path: readonly string[], options: InstantiateOptions): unknown {
  const own = clone(root)
  const target = path.reduce<ConfigNode | undefined>(
    (node, key) => (node?.kind === 'map' ? node.entries.get(key) : undefined),
    own,
  )
  if (target === undefined) throw new ConfigError({ key: path.join('.'), message: 'there is no such key' })
  if (options.kwargs && target.kind === 'map') mergeInto(target, options.kwargs, { target: () => undefined })
  const resolution = new Resolution(own, options.context)
  const located = path.reduce<Located>((parent, key) => {
    return childrenOf(parent).find((child) => child.key === key) ?? parent
  }, locateRoot(own))
  return build(located, resolution, options, { recursive: true })
}

interface Inherited {
  readonly recursive: boolean
}

function build(
  located: Located,
  resolution: Resolution,
  options: InstantiateOptions,
  inherited: Inherited,
): unknown {
  const value = resolution.value(located)
  const { node } = value
  if (node.kind === 'list')
    return childrenOf(value).map((child) => build(child, resolution, options, inherited))
  if (node.kind === 'missing') throw missing(value)
  if (node.kind !== 'map') return toPlain(node)
  const recursive = flag(value, '_recursive_', resolution) ?? inherited.recursive
  if (!node.entries.has('_target_')) {
    const entries = childrenOf(value)
      .filter((child) => value.parent !== undefined || !SPECIAL.has(child.key ?? ''))
      .map((child) => [child.key ?? '', build(child, resolution, options, { recursive })])
    return Object.fromEntries(entries)
  }
  return callTarget(value, resolution, options, recursive)
}

function callTarget(
  value: Located,
  resolution: Resolution,
  options: InstantiateOptions,
  recursive: boolean,
): unknown {
  const isPartial = flag(value, '_partial_', resolution) ?? false
  const argument = (child: Located): unknown => {
    return recursive ? build(child, resolution, options, { recursive }) : toPlain(resolution.deep(child))
  }
  const kwargs: Record<string, unknown> = {}
  let args: readonly unknown[] = []
  for (const child of childrenOf(value)) {
    const key = child.key ?? ''
    if (key === '_args_') {
      const list = resolution.value(child)
      if (list.node.kind !== 'list') throw wrongKind(child, 'a list')
      args = childrenOf(list).map(argument)
    } else if (!SPECIAL.has(key)) {
      if (isPartial && resolution.value(child).node.kind === 'missing') continue
      if (child.node.kind === 'missing') throw missing(child)
      kwargs[key] = argument(child)
    }
  }
  const key = fullKey(value)
  const node = value.node
  if (node.kind !== 'map') throw new Error('a target stands in a map')
  const target = targetName(value, resolution)
  try {
    return options.create({ target, args, kwargs, isPartial, key, node })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(
      { key, message: `error in target '${target}': ${reason}`, place: node.entries.get('_target_')?.place },
      { cause: error },
    )
  }
}

function targetName(value: Located, resolution: Resolution): string {
  const child = childrenOf(value).find(({ key }) => key === '_target_')
  const node = child && resolution.value(child).node
  if (node?.kind === 'str') return node.value
  if (child && node?.kind === 'missing') throw missing(child)
  throw wrongKind(child ?? value, 'text')
}

function flag(value: Located, name: string, resolution: Resolution): boolean | undefined {
  const child = childrenOf(value).find(({ key }) => key === name)
  if (child === undefined) return undefined
  const { node } = resolution.value(child)
  if (node.kind === 'bool') return node.value
  throw wrongKind(child, 'true or false')
}

function missing(located: Located): ConfigError {
  const key = fullKey(located)
  return new ConfigError({
    key,
    message: `missing mandatory value: '${key}' is ???`,
    place: located.node.place,
    hint: `set it: ${key}=VALUE`,
  })
}

function wrongKind(located: Located, expected: string): ConfigError {
  return new ConfigError({
    key: fullKey(located),
    message: `must be ${expected}, not ${located.node.kind}`,
    place: located.node.place,
  })
}
