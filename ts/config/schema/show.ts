import { floatText } from '../yaml/number-text.ts'
import { Float } from './float.ts'

const longest = 100

/** A received value as its writer would recognise it, cut at 100 characters. */
export function show(value: unknown): string {
  const text = render(value)
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

function render(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (value instanceof Float) return floatText(value.value)
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(render).join(', ')}]`
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(([key, item]) => `${key}: ${render(item)}`)
    return `{${entries.join(', ')}}`
  }
  return String(value)
}

/** What kind of thing was received, where that is not plain from its text. */
export function kindOf(value: unknown): string {
  if (value instanceof Float) return ' (a float)'
  if (typeof value === 'string') return ' (text)'
  return ''
}
