import type { ConfigNode } from '../node.ts'
import { Float } from './float.ts'
import type { Report } from './report.ts'

/** How floats are lowered: kept apart from integers for our own fields, plain for schemas that know only numbers. */
export type Numbers = 'distinct' | 'plain'

/**
 * A node as the schemas read it. Values that are `???` become problems of `report` and are left out; values already
 * parsed by the caller replace a node by its identity.
 */
export function lower(
  node: ConfigNode,
  path: string,
  report: Report,
  numbers: Numbers = 'distinct',
  parsed?: ReadonlyMap<ConfigNode, unknown>,
): unknown {
  if (parsed?.has(node)) return parsed.get(node)
  switch (node.kind) {
    case 'map': {
      const entries: [string, unknown][] = []
      for (const [key, value] of node.entries) {
        const lowered = lower(value, joinKey(path, key), report, numbers, parsed)
        if (lowered !== missing) entries.push([key, lowered])
      }
      return Object.fromEntries(entries)
    }
    case 'list':
      return node.items.map((item, index) =>
        lower(item, joinKey(path, String(index)), report, numbers, parsed),
      )
    case 'int':
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : node.value
    case 'float':
      return numbers === 'distinct' ? new Float(node.value) : node.value
    case 'null':
      return null
    case 'missing':
      report.problem({
        key: path,
        message: 'a value must be given (it is ??? here)',
        place: node.place,
        hint: `say it on the command line: ${path}=VALUE`,
      })
      return missing
    case 'interpolation':
      report.problem({ key: path, message: `${node.value} was not resolved`, place: node.place })
      return missing
    default:
      return node.value
  }
}

/** Stands for a value that could not be had and has been reported. */
export const missing: unique symbol = Symbol('missing')

export const joinKey = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)
