import { ConfigError, type ConfigProblem, type Place } from '../../errors/index.ts'
import { type ConfigNode, emptyMap, isContainer, type ListNode, type MapNode } from '../node.ts'
import { mergedNode } from '../tree/merge.ts'
import { nodeAt } from '../tree/path.ts'
import { canonicalText } from './canonical.ts'
import { equalNodes } from './equal.ts'
import type { Lookups } from './lookups.ts'
import { elementNode } from './to-node.ts'
import { isSweep, keyWithPackage, type Override } from './value.ts'

export interface ApplyOptions extends Lookups {
  /** Keys that a schema knows may be set without `+`. */
  readonly allowKey?: ((path: string) => boolean) | undefined
  /** Near names for a key that does not exist, and where one is defined. */
  readonly suggest: (key: string) => { readonly names: readonly string[]; readonly hint?: string | undefined }
  readonly isGroup: (path: string) => boolean
  readonly warn: (message: string, place?: Place) => void
}

/** Applies value overrides in order, in place. @throws ConfigError with all problems */
export function applyOverrides(root: MapNode, overrides: readonly Override[], options: ApplyOptions): void {
  const problems: ConfigProblem[] = []
  for (const override of overrides) {
    try {
      applyOne(root, override, options)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
}

function applyOne(root: MapNode, override: Override, options: ApplyOptions): void {
  if (override.package !== undefined) {
    throw problem(override, {
      message: `override ${override.text} looks like a config group override, but config group '${override.key}' does not exist`,
      suggestions: options.suggest(override.key).names,
    })
  }
  if (override.operation === 'delete') deleteKey(root, override, options)
  else setKey(root, override, options)
}

function problem(
  override: Override,
  more: Omit<ConfigProblem, 'place'>,
  column = override.keyColumn,
): ConfigError {
  const place: Place = { kind: 'override', text: override.text, argument: override.argument, column }
  return new ConfigError({ ...more, place })
}

function deleteKey(root: MapNode, override: Override, options: ApplyOptions): void {
  const path = override.key.split('.')
  const parent = path.length === 1 ? root : options.follow(path.slice(0, -1))
  const last = path.at(-1) ?? ''
  const node = parent && nodeAt(parent, [last])
  if (node === undefined || !isContainer(parent)) {
    throw problem(override, {
      message: `could not delete from config: '${override.key}' does not exist`,
      suggestions: options.suggest(override.key).names,
    })
  }
  const { value } = override
  if (value !== undefined && value.kind !== 'null' && !isSweep(value)) {
    const current = options.follow(path) ?? node
    if (!equalNodes(current, elementNode(value, override))) {
      throw problem(override, {
        message: `could not delete from config: the value of '${override.key}' is not ${canonicalText(value)}`,
        hint: `~${override.key} deletes it whatever it is`,
      })
    }
  }
  if (parent.kind === 'list') parent.items.splice(Number(last), 1)
  else parent.entries.delete(last)
}

function setKey(root: MapNode, override: Override, options: ApplyOptions): void {
  const { value } = override
  if (value === undefined || isSweep(value)) throw new Error(`no single value: ${override.text}`)
  const path = override.key.split('.')
  const node = elementNode(value, override)
  const existing = nodeAt(root, path)
  const followed = override.operation === 'add' ? options.follow(path) : undefined
  const taken = existing ?? followed
  if (override.operation === 'add' && taken !== undefined && !isContainer(node)) {
    const current = followed ?? taken
    if (current.kind !== 'null' && current.kind !== 'missing') {
      throw problem(override, {
        message: `could not append to config: an item is already at '${override.key}'`,
        hint: `either remove the + prefix: '${override.text.slice(1)}', or add a second + to add or override: '+${override.text}'`,
      })
    }
  }
  warnAboutGroups(existing, node, override, options)
  const mayAdd = override.operation !== 'change'
  const parent = openParents(root, path, override, mayAdd, options)
  place(parent, path, node, override, mayAdd, options)
}

/** A misspelt or dotted group name sets a plain value: legal, but hardly meant. */
function warnAboutGroups(
  existing: ConfigNode | undefined,
  node: ConfigNode,
  override: Override,
  options: ApplyOptions,
): void {
  if (node.kind !== 'str') return
  const place: Place = {
    kind: 'override',
    text: override.text,
    argument: override.argument,
    column: override.keyColumn,
  }
  const group = override.key.replaceAll('.', '/')
  if (isContainer(existing) && options.isGroup(group)) {
    const replaced = `'${override.key}' was a ${existing.kind} and is now the text '${node.value}'`
    options.warn(`${replaced}; to choose an option of the group, write ${group}=${node.value}`, place)
  } else if (existing === undefined && override.operation !== 'change') {
    const [near] = options.suggest(override.key).names.filter((name) => options.isGroup(name))
    if (near === undefined) return
    options.warn(
      `'${override.key}' is no config group, so it was added as a plain key; did you mean ${near}?`,
      place,
    )
  }
}

/** The map or list that holds the last part of the path; parents that are none become maps where keys may be added. */
function openParents(
  root: MapNode,
  path: readonly string[],
  override: Override,
  mayAdd: boolean,
  options: ApplyOptions,
): MapNode | ListNode {
  let current: MapNode | ListNode = root
  for (const [index, key] of path.slice(0, -1).entries()) {
    if (current.kind === 'list') checkIndex(current, key, path.slice(0, index + 1), override)
    const child = nodeAt(current, [key])
    if (isContainer(child)) {
      current = child
      continue
    }
    if (!mayAdd && !options.allowKey?.(path.join('.'))) throw unknownKey(override, path.join('.'), options)
    const made = emptyMap({
      place: {
        kind: 'override',
        text: override.text,
        argument: override.argument,
        column: override.keyColumn,
      },
      previous: child,
    })
    setChild(current, key, made)
    current = made
  }
  return current
}

function place(
  parent: MapNode | ListNode,
  path: readonly string[],
  node: ConfigNode,
  override: Override,
  mayAdd: boolean,
  options: ApplyOptions,
): void {
  const last = path.at(-1) ?? ''
  if (parent.kind === 'list') checkIndex(parent, last, path, override)
  const before = nodeAt(parent, [last])
  const isKnown = (key: readonly string[]): boolean => mayAdd || (options.allowKey?.(key.join('.')) ?? false)
  if (before === undefined) {
    if (!isKnown(path)) throw unknownKey(override, path.join('.'), options)
    setChild(parent, last, node)
    return
  }
  if (isContainer(before) && isContainer(node)) {
    const checkNewKey = (key: readonly string[], value: ConfigNode): void => {
      if (!isKnown(key)) throw unknownKey(override, key.join('.'), options, value.keyPlace)
    }
    setChild(parent, last, mergedNode(before, node, { target: options.target, checkNewKey }, path))
    return
  }
  setChild(parent, last, { ...node, keyPlace: before.keyPlace ?? node.keyPlace, previous: before })
}

function setChild(parent: MapNode | ListNode, key: string, node: ConfigNode): void {
  if (parent.kind === 'list') parent.items[Number(key)] = node
  else parent.entries.set(key, node)
}

function checkIndex(list: ListNode, key: string, path: readonly string[], override: Override): void {
  const name = path.slice(0, -1).join('.')
  if (!/^(0|[1-9]\d*)$/.test(key)) {
    throw problem(override, {
      key: name,
      message: `it is a list: '${key}' is no index`,
      hint: `write ${name}.0 for its first item`,
    })
  }
  if (Number(key) < list.items.length) return
  throw problem(override, {
    key: `${name}[${key}]`,
    message: `error merging override ${override.text}: the list has ${list.items.length} items, there is no index ${key}`,
    hint: `set the whole list: ${name}=[…]`,
  })
}

function unknownKey(override: Override, key: string, options: ApplyOptions, at?: Place): ConfigError {
  const last = key.slice(key.lastIndexOf('.') + 1)
  const { names, hint } = options.suggest(key)
  const append = `to append to your config use +${override.text.replace(/^\++/, '')}`
  const column = at?.kind === 'override' ? at.column : override.keyColumn
  const details = {
    key,
    message: `could not override '${keyWithPackage(override)}': key '${last}' is not in the config`,
    suggestions: names,
    hint: hint === undefined ? append : `${hint}\n    ${append}`,
  }
  return problem(override, details, column)
}
