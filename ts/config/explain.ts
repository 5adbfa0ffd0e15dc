import { ConfigError, type Place, renderPlace } from '../errors/index.ts'
import { type Composition, taskOf } from './compose-tree.ts'
import { fullKey, locatePath } from './interpolation/located.ts'
import { Resolution } from './interpolation/resolution.ts'
import { type ConfigNode, isContainer } from './node.ts'
import { keySuggestions } from './suggest/keys.ts'
import { dumpYaml, scalarText } from './yaml/dump.ts'

/** Where the value of a key comes from. */
export interface Explanation {
  readonly key: string
  /** As written. */
  readonly raw: ConfigNode
  /** Undefined where it cannot be resolved. */
  readonly resolved: ConfigNode | undefined
  readonly unresolved: ConfigError | undefined
  /** The key that an interpolation ends at, where it is one key. */
  readonly target: { readonly key: string; readonly place: Place | undefined } | undefined
  /** What it replaced, latest first. */
  readonly replaced: readonly ConfigNode[]
}

/** Explains a key of a composition. @throws ConfigError with near names for a key that does not exist */
export function explain(composition: Composition, key: string): Explanation {
  const resolution = new Resolution(composition.root, composition.context)
  const path = key === '' ? [] : key.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
  const located = locatePath(resolution.root, path)
  if (located === undefined) {
    const { names, hint } = keySuggestions(path.join('.'), composition.root, composition.repository)
    throw new ConfigError({ key, message: 'there is no such key', suggestions: names, hint })
  }
  const raw = located.node === composition.root ? taskOf(composition.root) : located.node
  const replaced: ConfigNode[] = []
  for (let node = raw.previous; node; node = node.previous) replaced.push(node)
  try {
    const end = resolution.value(located)
    const isOther = end.node !== located.node && end.node.place !== undefined
    const target = isOther ? { key: fullKey(end), place: end.node.place } : undefined
    return { key, raw, resolved: resolution.deep(located), unresolved: undefined, target, replaced }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { key, raw, resolved: undefined, unresolved: error, target: undefined, replaced }
  }
}

/** The explanation for people: value, where it was set, what that replaced. */
export function renderExplanation(explanation: Explanation): string {
  const { key, raw, resolved, unresolved, target, replaced } = explanation
  const lines = [`${key} = ${valueText(resolved ?? raw)}`]
  if (raw.kind === 'interpolation') lines.push(`  written as  ${raw.value}`)
  lines.push(`  set by      ${placeText(raw.place ?? raw.keyPlace)}`)
  if (target) lines.push(`  refers to   ${target.key}, set by ${placeText(target.place)}`)
  for (const node of replaced)
    lines.push(`  replaced    ${valueText(node)}  from ${placeText(node.place ?? node.keyPlace)}`)
  if (isContainer(raw)) {
    for (const line of leafLines(raw, key)) lines.push(line)
  }
  for (const problem of unresolved?.problems ?? []) lines.push(`  cannot be resolved: ${problem.message}`)
  return `${lines.join('\n')}\n`
}

function leafLines(node: ConfigNode, key: string): string[] {
  if (node.kind === 'map') {
    return [...node.entries].flatMap(([name, child]) =>
      leafLines(child, key === '' ? name : `${key}.${name}`),
    )
  }
  if (node.kind === 'list') return node.items.flatMap((item, index) => leafLines(item, `${key}[${index}]`))
  return [`  ${key}: ${valueText(node)}  # ${placeText(node.place ?? node.keyPlace)}`]
}

function valueText(node: ConfigNode): string {
  if (node.kind === 'map' || node.kind === 'list') {
    const size = node.kind === 'map' ? node.entries.size : node.items.length
    return size === 0 ? dumpYaml(node).trim() : `a ${node.kind} of ${size}`
  }
  return scalarText(node, 0, 4)
}

function placeText(place: Place | undefined): string {
  if (place === undefined) return "Hydra's defaults"
  if (place.kind === 'override') return `the command line, argument ${place.argument + 1}: ${place.text}`
  return renderPlace(place)
}
