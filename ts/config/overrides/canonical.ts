import { floatText } from '../yaml/number-text.ts'
import type { Element, Primitive } from './value.ts'

const SPECIAL = /[\\()[\]{}:=, \t]/g

/** A value as the sweeper writes it into a job's override: reads back as the same value. */
export function canonicalText(element: Element): string {
  switch (element.kind) {
    case 'list':
      return `[${element.items.map(canonicalText).join(',')}]`
    case 'dict':
      return `{${element.entries.map(({ key, value }) => `${canonicalText(key)}:${canonicalText(value)}`).join(',')}}`
    default:
      return primitiveText(element)
  }
}

function primitiveText(element: Primitive): string {
  switch (element.kind) {
    case 'null':
      return 'null'
    case 'bool':
      return element.value ? 'True' : 'False'
    case 'int':
      return String(element.value)
    case 'float':
      return floatText(element.value)
    case 'str':
      return element.quote === undefined
        ? element.value.replace(SPECIAL, '\\$&')
        : quoted(element.value, element.quote)
  }
}

/** Quotes, with backslashes doubled only where a quote follows them. */
export function quoted(text: string, quote: "'" | '"'): string {
  const inner = `${text}${quote}`.replace(
    quote === "'" ? /(\\*)'/g : /(\\*)"/g,
    (_match, slashes: string, offset: number) => {
      const closing = offset + slashes.length === text.length
      return `${slashes}${slashes}${closing ? '' : '\\'}${quote}`
    },
  )
  return `${quote}${inner}`
}
