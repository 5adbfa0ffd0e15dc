import { ConfigError } from '../../errors/index.ts'
import { type ConfigNode, isContainer, type MapNode, type ScalarNode, setEntry } from '../node.ts'
import { clone } from './clone.ts'

export interface MergeOptions {
  /** What an interpolation of the target stands for, undefined where that is not to be had. */
  readonly target: (node: ConfigNode, path: readonly string[]) => ConfigNode | undefined
  /** Refuses new keys; gets the full path. Default: all keys may be new. */
  readonly checkNewKey?: ((path: readonly string[], value: ConfigNode) => void) | undefined
}

/**
 * Merges `source` into `into`, in place: maps deeply, all else replaces; `???` never replaces; a map over an interpolation
 * first expands it to a copy of its target. Known keys keep their position.
 * @throws ConfigError for a list against a map
 */
export function mergeInto(
  into: MapNode,
  source: MapNode,
  options: MergeOptions,
  path: readonly string[] = [],
): void {
  for (const [key, value] of source.entries) {
    const here = [...path, key]
    const before = into.entries.get(key)
    if (before === undefined) {
      options.checkNewKey?.(here, value)
      setEntry(into, key, clone(value), source.keyKinds?.get(key))
    } else {
      const merged = mergedNode(before, value, options, here)
      if (merged !== before) into.entries.set(key, merged)
    }
  }
}

/** The result of `value` over `before`; maps are changed in place. */
export function mergedNode(
  before: ConfigNode,
  value: ConfigNode,
  options: MergeOptions,
  path: readonly string[],
): ConfigNode {
  const mayStay = value.kind === 'missing' || isContainer(value)
  const target = before.kind === 'interpolation' && mayStay ? expanded(before, options, path) : before
  if (value.kind === 'missing') return target
  if (isContainer(target) && isContainer(value) && target.kind !== value.kind) {
    throw new ConfigError({
      key: path.join('.'),
      message: `a ${value.kind} cannot be merged with a ${target.kind}`,
      place: value.place,
      hint: `set it to null first, or use the same kind as ${placeText(target)}`,
    })
  }
  if (target.kind === 'map' && value.kind === 'map') {
    mergeInto(target, value, options, path)
    return target
  }
  return { ...clone(value), previous: before }
}

function expanded(before: ScalarNode, options: MergeOptions, path: readonly string[]): ConfigNode {
  // A text with interpolations in it is never a map or list.
  if (before.kind !== 'interpolation' || !/^\$\{.*\}$/s.test(before.value)) return before
  const target = options.target(before, path)
  if (!isContainer(target)) return before
  return { ...clone(target), keyPlace: before.keyPlace, previous: before }
}

function placeText(node: ConfigNode): string {
  return node.place?.kind === 'file' ? `${node.place.file}:${node.place.line}` : 'before'
}
