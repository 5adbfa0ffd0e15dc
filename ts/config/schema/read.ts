import * as v from 'valibot'
import type { Place } from '../../errors/index.ts'
import type { ConfigNode, MapNode } from '../node.ts'
import { nearest } from '../suggest/nearest.ts'
import { entriesOf, factsOf, recordValueOf, schemaAt } from './entries.ts'
import { keysNamed } from './keys-named.ts'
import { joinKey, lower, type Numbers } from './lower.ts'
import type { Report } from './report.ts'
import { kindOf, show } from './show.ts'

export interface ReadOptions {
  readonly numbers?: Numbers
  /** Values that the caller has parsed already, by their node. */
  readonly parsed?: ReadonlyMap<ConfigNode, unknown>
  /** Keys that are read elsewhere, as interpolation targets: not unknown although no schema has them. */
  readonly variables?: ReadonlySet<string>
}

/**
 * Reads a node by a schema. Every problem goes to `report` with its key, place, what was received and what is allowed;
 * the answer is `undefined` where there was one.
 */
export function read<Schema extends v.GenericSchema>(
  schema: Schema,
  node: ConfigNode,
  path: string,
  report: Report,
  options: ReadOptions = {},
): v.InferOutput<Schema> | undefined {
  const before = report.problems.length
  refuseUnknownKeys(schema, node, path, report, options.variables)
  const value = lower(node, path, report, options.numbers, options.parsed)
  if (typeof value === 'symbol') return undefined
  const result = v.safeParse(schema, value)
  for (const issue of result.issues ?? []) describe(issue, schema, node, path, report)
  return result.success && report.problems.length === before ? result.output : undefined
}

function refuseUnknownKeys(
  schema: v.GenericSchema,
  node: ConfigNode,
  path: string,
  report: Report,
  variables: ReadonlySet<string> | undefined,
): void {
  if (node.kind !== 'map') return
  const values = recordValueOf(schema)
  const entries = entriesOf(schema)
  for (const [key, value] of node.entries) {
    const below = joinKey(path, key)
    const next = entries?.[key] ?? values
    if (next !== undefined) refuseUnknownKeys(next, value, below, report, variables)
    else if (entries !== undefined && !variables?.has(below))
      reportUnknown(below, value, Object.keys(entries), report)
  }
}

/** Says that a key is not known, with the nearest that are. */
export function reportUnknown(key: string, node: ConfigNode, known: readonly string[], report: Report): void {
  const name = key.slice(key.lastIndexOf('.') + 1)
  const group = key.slice(0, -name.length)
  const siblings = nearest(name, known).map((sibling) => group + sibling)
  const suggestions = siblings.length > 0 ? siblings : keysNamed(name)
  report.problem({
    key,
    message: `unknown key '${name}'`,
    place: node.keyPlace ?? node.place,
    suggestions,
    hint: suggestions.length > 0 ? undefined : `known here: ${known.join(', ')}`,
  })
}

function describe(
  issue: v.BaseIssue<unknown>,
  schema: v.GenericSchema,
  node: ConfigNode,
  path: string,
  report: Report,
): void {
  if (issue.type === 'strict_object' && issue.expected === 'never') return
  const keys = (issue.path ?? []).map((item) => String(item.key))
  const key = keys.reduce(joinKey, path)
  const last = keys[keys.length - 1]
  const required =
    (issue.type === 'object' || issue.type === 'strict_object') && issue.received === 'undefined'
  const leaf = schemaAt(schema, keys)
  const facts = leaf === undefined ? undefined : factsOf(leaf)
  if (required) {
    if (nodeAt(node, keys) !== undefined) return // `???`, reported already
    const what = facts === undefined ? '' : `: ${facts.description}`
    report.problem({ key, message: `'${last}' is required${what}`, place: placeAt(node, keys) })
    return
  }
  const suggestions =
    facts !== undefined && typeof issue.input === 'string' ? nearest(issue.input, facts.names) : []
  report.problem({ key, message: messageOf(issue), place: placeAt(node, keys), suggestions })
}

/** Valibot's own sentences are put into the words of all our messages. */
function messageOf(issue: v.BaseIssue<unknown>): string {
  if (!issue.message.startsWith('Invalid ')) return issue.message
  const wanted = issue.expected ?? issue.message
  return `expected ${wanted}, received ${show(issue.input)}${kindOf(issue.input)}`
}

/** The node below `node`, or `undefined`. */
export function nodeAt(node: ConfigNode, keys: readonly string[]): ConfigNode | undefined {
  let here: ConfigNode | undefined = node
  for (const key of keys) {
    if (here?.kind === 'map') here = here.entries.get(key)
    else if (here?.kind === 'list') here = here.items[Number(key)]
    else return undefined
  }
  return here
}

/** Where the deepest existing node of a path was written. */
export function placeAt(node: ConfigNode, keys: readonly string[]): Place | undefined {
  for (let depth = keys.length; depth >= 0; depth--) {
    const found = nodeAt(node, keys.slice(0, depth))
    if (found !== undefined) return found.place ?? found.keyPlace
  }
  return undefined
}

/** A map without some of its keys; the places stay. */
export function without(node: MapNode, keys: readonly string[]): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => !keys.includes(key))) }
}
