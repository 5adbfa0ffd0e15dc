import type * as v from 'valibot'
import type { ConfigNode, MapNode } from '../node.ts'
import { entriesOf, factsOf } from '../schema/entries.ts'
import { joinKey } from '../schema/lower.ts'
import { read, without } from '../schema/read.ts'
import type { Report } from '../schema/report.ts'
import type { Target } from '../target.ts'
import type { TargetIndex } from './find-target.ts'

/** Keys of Hydra's instantiation that are not arguments. */
export const targetKeys = ['_target_', '_args_', '_partial_', '_recursive_', '_convert_'] as const

/** A longer list of names is not shown beside suggestions. */
const longestList = 30

const conversions = ['none', 'partial', 'object', 'all']

/** The target that a map names; a problem where it names none or an unknown one. */
export function targetOf<T extends Target>(
  node: MapNode,
  path: string,
  index: TargetIndex<T>,
  what: string,
  report: Report,
): T | undefined {
  const named = node.entries.get('_target_')
  if (named?.kind !== 'str') {
    report.problem({
      key: path,
      message: named === undefined ? `a ${what} needs \`_target_\`` : '`_target_` must be a name',
      place: named?.place ?? node.place,
      hint: `known: ${index.names.join(', ')}`,
    })
    return undefined
  }
  const found = index.find(named.value)
  if (found !== undefined) return found
  const suggestions = index.suggest(named.value)
  const short = suggestions.length === 0 || index.names.length <= longestList
  report.problem({
    key: joinKey(path, '_target_'),
    message: `unknown ${what} '${named.value}'`,
    place: named.place,
    suggestions,
    hint: short ? `known: ${index.names.join(', ')}` : undefined,
  })
  return undefined
}

/** The arguments of a target: without Hydra's own keys, `_args_` put under the schema's names, in order. */
export function argumentsOf(node: MapNode, schema: v.GenericSchema, path: string, report: Report): MapNode {
  checkFlags(node, path, report)
  const plain = without(node, targetKeys)
  // A partial is a factory whose missing values come later: here nothing comes later, defaults fill them.
  const kept = isTrue(node.entries.get('_partial_'))
    ? [...plain.entries].filter(([, value]) => value.kind !== 'missing')
    : [...plain.entries]
  const entries = new Map(kept)
  const positional = node.entries.get('_args_')
  if (positional === undefined || positional.kind === 'null') return { ...plain, entries }
  const names = Object.keys(entriesOf(schema) ?? {})
  if (positional.kind !== 'list') {
    report.problem({ key: joinKey(path, '_args_'), message: 'expected a list', place: positional.place })
    return { ...plain, entries }
  }
  positional.items.forEach((item, position) => {
    const name = names[position]
    const key = joinKey(path, `_args_.${position}`)
    if (name === undefined) {
      const message = `too many positional arguments: there are ${names.length} (${names.join(', ')})`
      report.problem({ key, message, place: item.place })
    } else if (entries.has(name)) {
      report.problem({ key, message: `argument '${name}' is given twice`, place: item.place })
    } else entries.set(name, item)
  })
  return { ...plain, entries }
}

function checkFlags(node: MapNode, path: string, report: Report): void {
  for (const name of ['_partial_', '_recursive_']) {
    const flag = node.entries.get(name)
    if (flag !== undefined && flag.kind !== 'bool')
      report.problem({ key: joinKey(path, name), message: 'expected true or false', place: flag.place })
  }
  const convert = node.entries.get('_convert_')
  const known = convert?.kind === 'str' && conversions.includes(convert.value.toLowerCase())
  if (convert !== undefined && !known)
    report.problem({
      key: joinKey(path, '_convert_'),
      message: `expected ${conversions.join(', ')}`,
      place: convert.place,
    })
}

const isTrue = (node: ConfigNode | undefined): boolean => node?.kind === 'bool' && node.value

/** Reads a map with `_target_` by the schema of what it names. */
export function readTarget<T extends Target>(
  node: ConfigNode,
  path: string,
  index: TargetIndex<T>,
  what: string,
  report: Report,
  variables?: ReadonlySet<string>,
): { readonly target: T; readonly options: v.InferOutput<T['schema']> } | undefined {
  if (node.kind !== 'map') {
    const message = `expected a map with \`_target_\`, received a ${node.kind}`
    report.problem({ key: path, message, place: node.place })
    return undefined
  }
  const target = targetOf(node, path, index, what, report)
  if (target === undefined) return undefined
  const before = report.problems.length
  const numbers = usesFields(target.schema) ? 'distinct' : 'plain'
  const values = read(target.schema, argumentsOf(node, target.schema, path, report), path, report, {
    numbers,
    ...(variables && { variables }),
  })
  return report.problems.length > before ? undefined : { target, options: values }
}

/** Schemas of our own fields keep integers and floats apart; others know only numbers. */
function usesFields(schema: v.GenericSchema): boolean {
  return Object.values(entriesOf(schema) ?? {}).every((entry) => factsOf(entry) !== undefined)
}
