import type { ScalarValue } from '../node.ts'
import { type Argument, type Interpolation, type Part, SyntaxProblem } from './syntax.ts'
import { typedWord } from './typed-word.ts'

/** Interpolations inside each other. */
const MAX_DEPTH = 60

const NAME = /[a-zA-Z_][a-zA-Z0-9_-]*/y
const KEY = /[^\\{}()[\]:. \t'"]+/y
const SPACES = /[ \t]*/y
const TEXT_RUN = /[^\\$]+/y
const QUOTED_RUN = { "'": /[^\\$']+/y, '"': /[^\\$"]+/y } as const
const ESCAPED = /\\([\\()[\]{}:=, \t])/y
const WORD = /[^\\$,:[\]{}'"\n]+|[$:]/y
const KEY_WORD = /[^\\$,:[\]{}'"\n]+|\$/y

/** Takes a text with interpolations apart. @throws SyntaxProblem */
export function parseText(text: string): readonly Part[] {
  const parser = new Parser(text)
  return parser.text(undefined)
}

/** Reads a text as one argument would be read, as `oc.decode` does. @throws SyntaxProblem */
export function parseArgument(text: string): Argument {
  return new Parser(text).only()
}

class Parser {
  readonly #text: string
  #index = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  only(): Argument {
    this.#match(SPACES)
    const argument = this.#argument()
    this.#match(SPACES)
    if (this.#index < this.#text.length) throw this.#unexpected('after the value')
    return argument
  }

  /** Text up to the end, or up to the closing quote. */
  text(quote: "'" | '"' | undefined): Part[] {
    const opened = this.#index
    const parts: Part[] = []
    let literal = ''
    for (;;) {
      literal += this.#match(quote === undefined ? TEXT_RUN : QUOTED_RUN[quote])
      const slashes = this.#match(/\\*/y)
      const half = slashes.slice(0, Math.floor(slashes.length / 2))
      const odd = slashes.length % 2 === 1
      if (this.#text.startsWith('${', this.#index)) {
        literal += half
        if (odd) {
          literal += '${'
          this.#index += 2
          continue
        }
        if (literal !== '') parts.push({ kind: 'text', text: literal })
        literal = ''
        parts.push(this.#interpolation())
      } else if (quote !== undefined && this.#text[this.#index] === quote) {
        literal += half
        this.#index++
        if (!odd) break
        literal += quote
      } else {
        literal += slashes
        if (this.#index >= this.#text.length) {
          if (quote !== undefined) throw new SyntaxProblem(`the quote ${quote} is not closed`, opened - 1)
          break
        }
        if (this.#text[this.#index] === '$') {
          literal += '$'
          this.#index++
        }
      }
    }
    if (literal !== '' || parts.length === 0) parts.push({ kind: 'text', text: literal })
    return parts
  }

  #interpolation(): Interpolation {
    if (++this.#depth > MAX_DEPTH)
      throw new SyntaxProblem('interpolations are nested too deeply', this.#index)
    const start = this.#index
    this.#index += 2
    this.#match(SPACES)
    const first = this.#index
    const path = this.#path()
    const before = this.#index
    this.#match(SPACES)
    const next = this.#text[this.#index]
    if (next === '}') {
      this.#index++
      this.#depth--
      if (path.length === 0 || path.at(-1) === '.') throw this.#badPath(start, before)
      return { kind: 'node', path, source: this.#text.slice(start, this.#index) }
    }
    if (next !== ':')
      throw next === undefined ? this.#notClosed(start) : this.#unexpected('in the interpolation')
    this.#index++
    this.#match(SPACES)
    const name = this.#resolverName(path, first)
    const sequence = this.#sequence('}')
    this.#depth--
    return { kind: 'resolver', name, arguments: sequence, source: this.#text.slice(start, this.#index) }
  }

  /** Dots, names and brackets, as far as they go. */
  #path(): (string | Interpolation)[] {
    const path: (string | Interpolation)[] = []
    while (this.#text[this.#index] === '.') {
      path.push('.')
      this.#index++
    }
    let needsName = true
    for (;;) {
      const character = this.#text[this.#index]
      if (character === '[') {
        this.#index++
        path.push('[', this.#key(), ']')
        if (this.#text[this.#index] !== ']') throw this.#unexpected('where ] should be')
        this.#index++
      } else if (character === '.' && !needsName) {
        this.#index++
        path.push('.')
        needsName = true
        continue
      } else if (needsName) {
        const key = this.#optionalKey()
        if (key === undefined) return path
        path.push(key)
      } else return path
      needsName = false
    }
  }

  #key(): string | Interpolation {
    const key = this.#optionalKey()
    if (key === undefined) throw this.#unexpected('where a key should be')
    return key
  }

  #optionalKey(): string | Interpolation | undefined {
    if (this.#text.startsWith('${', this.#index)) return this.#interpolation()
    return this.#match(KEY) || undefined
  }

  #resolverName(path: readonly (string | Interpolation)[], start: number): (string | Interpolation)[] {
    const name = path.filter((_part, index) => index % 2 === 0)
    const dots = path.filter((_part, index) => index % 2 === 1)
    const isName = (part: string | Interpolation): boolean => {
      if (typeof part !== 'string') return true
      NAME.lastIndex = 0
      return NAME.exec(part)?.[0] === part
    }
    if (
      name.length === 0 ||
      !name.every(isName) ||
      !dots.every((part) => part === '.') ||
      path.at(-1) === '.'
    ) {
      throw new SyntaxProblem(
        'the name before the colon is no resolver name',
        start,
        `resolvers look like \${oc.env:NAME}`,
      )
    }
    return [...name]
  }

  /** Arguments up to `close`, which is eaten; an empty one is an empty text. */
  #sequence(close: '}' | ']'): Argument[] {
    const items: Argument[] = []
    const empty: Argument = { kind: 'literal', value: { kind: 'str', value: '' } }
    let wasComma = true
    for (;;) {
      this.#match(SPACES)
      const character = this.#text[this.#index]
      if (character === close) {
        this.#index++
        if (wasComma && items.length > 0) items.push(empty)
        return items
      }
      if (character === undefined) throw this.#unexpected(`where ${close} should be`)
      if (character === ',') {
        if (wasComma) items.push(empty)
        wasComma = true
        this.#index++
        continue
      }
      if (!wasComma) throw this.#unexpected('between the arguments')
      items.push(this.#argument())
      wasComma = false
    }
  }

  #argument(): Argument {
    if (++this.#depth > MAX_DEPTH) throw new SyntaxProblem('arguments are nested too deeply', this.#index)
    const argument = this.#argumentHere()
    this.#depth--
    return argument
  }

  #argumentHere(): Argument {
    const character = this.#text[this.#index]
    if (character === "'" || character === '"') {
      this.#index++
      return { kind: 'concatenation', parts: this.text(character) }
    }
    if (character === '[') {
      this.#index++
      return { kind: 'list', items: this.#sequence(']') }
    }
    if (character === '{') return this.#dict()
    return this.#primitive(WORD, true)
  }

  #dict(): Argument {
    this.#index++
    const entries: { key: Argument; value: Argument }[] = []
    for (;;) {
      this.#match(SPACES)
      if (this.#text[this.#index] === '}') break
      if (entries.length > 0) {
        this.#take(',')
        this.#match(SPACES)
      }
      const key = this.#primitive(KEY_WORD, false)
      this.#take(':')
      this.#match(SPACES)
      entries.push({ key, value: this.#argument() })
    }
    this.#index++
    return { kind: 'dict', entries }
  }

  #take(character: string): void {
    this.#match(SPACES)
    if (this.#text[this.#index] !== character) throw this.#unexpected(`where ${character} should be`)
    this.#index++
  }

  #primitive(word: RegExp, interpolations: boolean): Argument {
    const start = this.#index
    const parts: Part[] = []
    let plain = true
    let literal = ''
    for (;;) {
      const escaped = this.#matchGroup(ESCAPED)
      if (escaped !== undefined) {
        literal += escaped
        plain = false
      } else if (interpolations && this.#text.startsWith('${', this.#index)) {
        if (literal !== '') parts.push({ kind: 'text', text: literal })
        literal = ''
        parts.push(this.#interpolation())
      } else if (this.#text[this.#index] === '\\') {
        literal += '\\'
        this.#index++
      } else {
        const run = this.#match(word)
        if (run === '') break
        literal += this.#endsPrimitive(interpolations) ? run.trimEnd() : run
      }
    }
    if (this.#index === start) throw this.#unexpected('where a value should be')
    const [first] = parts
    if (parts.length === 1 && first && first.kind !== 'text' && literal === '') {
      return { kind: 'interpolation', interpolation: first }
    }
    if (literal !== '' || parts.length === 0) parts.push({ kind: 'text', text: literal })
    if (parts.length > 1) return { kind: 'concatenation', parts }
    const value: ScalarValue = plain ? typedWord(literal) : { kind: 'str', value: literal }
    return { kind: 'literal', value }
  }

  #endsPrimitive(isValue: boolean): boolean {
    const next = this.#text[this.#index]
    return next === undefined || (isValue ? ',]}' : ',]}:').includes(next)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#index
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#index += found.length
    return found
  }

  #matchGroup(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#index
    const found = pattern.exec(this.#text)
    if (!found) return undefined
    this.#index += found[0].length
    return found[1]
  }

  #unexpected(where: string): SyntaxProblem {
    const character = this.#text[this.#index]
    const what = character === undefined ? 'the end of the text' : `'${character}'`
    return new SyntaxProblem(
      `unexpected ${what} ${where}`,
      this.#index,
      'quote text that has special characters',
    )
  }

  #notClosed(start: number): SyntaxProblem {
    return new SyntaxProblem(
      'the interpolation ${ is not closed',
      start,
      'close it with }, or write \\${ for a literal ${',
    )
  }

  #badPath(start: number, end: number): SyntaxProblem {
    const text = this.#text.slice(start, end + 1)
    return new SyntaxProblem(`'${text}' names no key`, start, `write \${key}, \${group.key} or \${.sibling}`)
  }
}
