import type { Place } from '../../errors/index.ts'
import { type ConfigNode, emptyMap, type ListNode, type MapNode, setEntry, textNode } from '../node.ts'
import { keyOf } from './key.ts'
import { plainScalar } from './scalar.ts'

/** What stands on a line, comment lines and empty ones left out. */
interface Line {
  readonly number: number
  /** Columns before the content, from 0; a dash moves it. */
  indent: number
  readonly text: string
}

/** Tabs, control characters, and line breaks that YAML 1.1 and 1.2 see differently. */
const UNUSUAL = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ud800-\udfff\ue000-\ufefe\uff00-\ufffd]/
/** With these a scalar, key or line is more than plain text. */
const INDICATORS = new Set(',[]{}#&*!|>\'"%@`')
const FLOW_ENDS = /[,[\]{}]/
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', '/': '/' }

/** Thrown where the text has more than this reader knows. */
const BEYOND = new Error('beyond the everyday YAML')

/**
 * Reads the YAML that configurations are mostly made of, many times faster than a full parser: block maps and lists,
 * scalars and flow collections of one line, comments. Gives exactly what the full parser would give, or undefined where
 * there is anything else in the text.
 */
export function readLines(text: string, file: string, depthLimit: number): MapNode | ListNode | undefined {
  if (UNUSUAL.test(text)) return undefined
  try {
    return new LineReader(text, file, depthLimit).document()
  } catch (error) {
    if (error === BEYOND) return undefined
    throw error
  }
}

class LineReader {
  readonly #file: string
  readonly #lines: Line[]
  #depth: number
  #next = 0

  constructor(text: string, file: string, depthLimit: number) {
    this.#file = file
    this.#depth = depthLimit
    this.#lines = contentLines(text)
  }

  document(): MapNode | ListNode | undefined {
    const first = this.#lines[0]
    if (first === undefined)
      return emptyMap({ place: { kind: 'file', file: this.#file, line: 1, column: 1 } })
    if (first.indent !== 0) return undefined
    const root = this.#block(first.indent)
    return this.#next === this.#lines.length ? root : undefined
  }

  #place(line: Line, column: number): Place {
    return { kind: 'file', file: this.#file, line: line.number, column: column + 1 }
  }

  #block(indent: number): MapNode | ListNode {
    if (--this.#depth < 0) throw BEYOND
    const line = this.#lines[this.#next]
    if (line === undefined) throw BEYOND
    const block = isItem(line) ? this.#list(indent) : this.#map(indent)
    this.#depth++
    return block
  }

  #map(indent: number): MapNode {
    const first = this.#lines[this.#next]
    if (first === undefined) throw BEYOND
    const map = emptyMap({ place: this.#place(first, indent) })
    for (let line: Line | undefined = first; line && line.indent === indent; line = this.#lines[this.#next]) {
      if (isItem(line)) throw BEYOND
      const { text: written, quoted, end } = keyAt(line.text, indent)
      const keyPlace = this.#place(line, indent)
      const key = quoted ? { text: written, kind: undefined } : keyOf(plainScalar(written))
      if (key === undefined || written === '<<' || map.entries.has(key.text)) throw BEYOND
      const value = this.#value(line, end, indent, true)
      setEntry(map, key.text, { ...value, keyPlace }, key.kind)
    }
    this.#requireNotDeeper(indent)
    return map
  }

  #list(indent: number): ListNode {
    const first = this.#lines[this.#next]
    if (first === undefined) throw BEYOND
    const items: ConfigNode[] = []
    const place = this.#place(first, indent)
    for (
      let line: Line | undefined = first;
      line && line.indent === indent && isItem(line);
      line = this.#lines[this.#next]
    ) {
      const start = skipSpaces(line.text, indent + 1)
      if (start < line.text.length && line.text[start] !== '#' && opensBlock(line.text, start)) {
        line.indent = start
        items.push(this.#block(start))
      } else items.push(this.#value(line, indent + 1, indent, false))
    }
    return { kind: 'list', items, place }
  }

  #requireNotDeeper(indent: number): void {
    const line = this.#lines[this.#next]
    if (line && line.indent > indent) throw BEYOND
  }

  /** What follows a key's colon or a dash, here or on the lines below. */
  #value(line: Line, from: number, indent: number, isEntry: boolean): ConfigNode {
    this.#next++
    const start = skipSpaces(line.text, from)
    const isEmpty = start >= line.text.length || (line.text[start] === '#' && start > from)
    if (isEmpty) {
      const below = this.#lines[this.#next]
      if (below && below.indent > indent) return this.#block(below.indent)
      if (isEntry && below && below.indent === indent && isItem(below)) return this.#block(indent)
      return { kind: 'null', place: this.#place(line, start) }
    }
    const { node, end } = this.#inline(line, start)
    const rest = skipSpaces(line.text, end)
    const isComment = line.text[rest] === '#' && rest > end
    if (rest < line.text.length && !isComment) throw BEYOND
    this.#requireNotDeeper(indent)
    return node
  }

  #inline(line: Line, start: number): { node: ConfigNode; end: number } {
    const { text } = line
    const place = this.#place(line, start)
    const first = text[start] ?? ''
    if (first === '[' || first === '{') return this.#flow(line, start)
    if (first === "'" || first === '"') {
      const { value, end } = quotedAt(text, start)
      return { node: { ...textNode(value), place }, end }
    }
    const comment = text.indexOf(' #', start)
    const value = text.slice(start, comment < 0 ? undefined : comment).trimEnd()
    if (!isPlain(value, 0) || value.includes(': ') || value.endsWith(':')) throw BEYOND
    return { node: { ...plainScalar(value), place }, end: start + value.length }
  }

  #flow(line: Line, start: number): { node: ConfigNode; end: number } {
    if (--this.#depth < 0) throw BEYOND
    const result = line.text[start] === '[' ? this.#flowList(line, start) : this.#flowMap(line, start)
    this.#depth++
    return result
  }

  #flowList(line: Line, start: number): { node: ListNode; end: number } {
    const items: ConfigNode[] = []
    let index = skipSpaces(line.text, start + 1)
    while (line.text[index] !== ']') {
      if (items.length > 0) index = this.#comma(line, index)
      const { node, end } = this.#flowValue(line, index)
      items.push(node)
      index = skipSpaces(line.text, end)
    }
    return { node: { kind: 'list', items, place: this.#place(line, start) }, end: index + 1 }
  }

  #flowMap(line: Line, start: number): { node: MapNode; end: number } {
    const map = emptyMap({ place: this.#place(line, start) })
    let index = skipSpaces(line.text, start + 1)
    while (line.text[index] !== '}') {
      if (map.entries.size > 0) index = this.#comma(line, index)
      const keyPlace = this.#place(line, index)
      const isQuoted = line.text[index] === "'" || line.text[index] === '"'
      const { node, end } = this.#flowValue(line, index)
      const key = keyOf(node)
      const colon = skipSpaces(line.text, end)
      if (key === undefined || (!isQuoted && key.text === '<<') || map.entries.has(key.text)) throw BEYOND
      if (line.text[colon] !== ':' || line.text[colon + 1] !== ' ') throw BEYOND
      const value = this.#flowValue(line, skipSpaces(line.text, colon + 1))
      setEntry(map, key.text, { ...value.node, keyPlace }, key.kind)
      index = skipSpaces(line.text, value.end)
    }
    return { node: map, end: index + 1 }
  }

  #comma(line: Line, index: number): number {
    if (line.text[index] !== ',') throw BEYOND
    return skipSpaces(line.text, index + 1)
  }

  #flowValue(line: Line, start: number): { node: ConfigNode; end: number } {
    const { text } = line
    const first = text[start]
    if (first === '[' || first === '{') return this.#flow(line, start)
    const place = this.#place(line, start)
    if (first === "'" || first === '"') {
      const { value, end } = quotedAt(text, start)
      return { node: { ...textNode(value), place }, end }
    }
    let end = start
    while (end < text.length && !FLOW_ENDS.test(text[end] ?? '') && !isColon(text, end)) end++
    const value = text.slice(start, end).trimEnd()
    if (end >= text.length || !isPlain(value, 0) || value.includes(' #')) throw BEYOND
    return { node: { ...plainScalar(value), place }, end: start + value.length }
  }
}

function contentLines(text: string): Line[] {
  const lines: Line[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const indent = skipSpaces(line, 0)
    if (indent === line.length || line[indent] === '#') continue
    if (indent === 0 && (line.startsWith('---') || line.startsWith('...') || line.startsWith('%')))
      throw BEYOND
    lines.push({ number: index + 1, indent, text: line })
  }
  return lines
}

function skipSpaces(text: string, from: number): number {
  let index = from
  while (text[index] === ' ') index++
  return index
}

/** Whether the line is an item of a list. */
function isItem(line: Line): boolean {
  return line.text[line.indent] === '-' && (line.text[line.indent + 1] ?? ' ') === ' '
}

/** A colon that ends a key in a flow collection, or might. */
function isColon(text: string, index: number): boolean {
  if (text[index] !== ':') return false
  const next = text[index + 1]
  return next === undefined || next === ' ' || FLOW_ENDS.test(next)
}

/** Whether a list or map starts here, rather than a scalar. */
function opensBlock(text: string, start: number): boolean {
  const first = text[start]
  if (first === '-' && (text[start + 1] ?? ' ') === ' ') return true
  if (first === '[' || first === '{') return false
  if (first === "'" || first === '"') return text[skipSpaces(text, quotedAt(text, start).end)] === ':'
  const comment = text.indexOf(' #', start)
  return /:( |$)/.test(text.slice(start, comment < 0 ? undefined : comment).trimEnd())
}

/** The key that starts at an index; `end` is behind its colon. */
function keyAt(text: string, start: number): { text: string; quoted: boolean; end: number } {
  const first = text[start]
  if (first === "'" || first === '"') {
    const { value, end } = quotedAt(text, start)
    if (text[end] !== ':' || (text[end + 1] ?? ' ') !== ' ') throw BEYOND
    return { text: value, quoted: true, end: end + 1 }
  }
  const spaced = text.indexOf(': ', start)
  const colon = spaced >= 0 ? spaced : text.trimEnd().endsWith(':') ? text.trimEnd().length - 1 : -1
  const key = text.slice(start, colon)
  if (colon < 0 || key !== key.trimEnd() || !isPlain(key, 0) || key.includes(' #')) throw BEYOND
  return { text: key, quoted: false, end: colon + 1 }
}

/** Whether a plain scalar may start with the character at an index; anything doubtful is not. */
function isPlain(text: string, index: number): boolean {
  const first = text[index]
  if (first === undefined || INDICATORS.has(first)) return false
  if (first !== '-' && first !== '?' && first !== ':') return true
  const next = text[index + 1]
  return next !== undefined && next !== ' ' && !FLOW_ENDS.test(next)
}

/** A quoted text of one line; `end` is behind its closing quote. */
function quotedAt(text: string, start: number): { value: string; end: number } {
  const quote = text[start]
  let value = ''
  for (let index = start + 1; index < text.length; index++) {
    const character = text[index] ?? ''
    if (quote === '"' && character === '\\') {
      const escaped = SIMPLE_ESCAPES[text[++index] ?? '']
      if (escaped === undefined) throw BEYOND
      value += escaped
    } else if (character !== quote) value += character
    else if (quote === "'" && text[index + 1] === "'") {
      value += "'"
      index++
    } else return { value, end: index + 1 }
  }
  throw BEYOND
}
