import { ConfigError, type ConfigProblem } from '../../errors/index.ts'
import { FunctionProblem } from './function-problem.ts'
import { evaluate } from './functions.ts'
import { type KeyPart, parseKey } from './key.ts'
import { LexerProblem, lexValue, type Token } from './lexer.ts'
import { primitiveOf } from './primitive.ts'
import { type Element, isSweep, type Override, type OverrideValue, type Primitive } from './value.ts'

/** Lists, maps and calls inside each other. */
const MAX_DEPTH = 100

export interface ParseOptions {
  /** For `shuffle`; between 0 and 1. */
  readonly random?: (() => number) | undefined
}

/** Parses override words. @throws ConfigError with all problems, each with a caret under its column */
export function parseOverrides(words: readonly string[], options: ParseOptions = {}): Override[] {
  const overrides: Override[] = []
  const problems: ConfigProblem[] = []
  for (const [argument, word] of words.entries()) {
    try {
      overrides.push(parseWord(word, argument, options.random ?? Math.random))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return overrides
}

/** Parses one override word. @throws ConfigError */
export function parseOverride(word: string, argument = 0, options: ParseOptions = {}): Override {
  return parseWord(word, argument, options.random ?? Math.random)
}

function parseWord(word: string, argument: number, random: () => number): Override {
  const fail = (
    message: string,
    start: number,
    more: { hint?: string | undefined; suggestions?: readonly string[] } = {},
  ) => {
    return new ConfigError({
      message: `cannot read the override '${word}': ${message}`,
      place: { kind: 'override', text: word, argument, column: start + 1 },
      hint: more.hint,
      suggestions: more.suggestions,
    })
  }
  try {
    const key = parseKey(word)
    return { ...overrideOf(word, argument, key, random), text: word, argument }
  } catch (error) {
    if (error instanceof LexerProblem) throw fail(error.message, error.start, { hint: error.hint })
    if (error instanceof RangeError) throw fail('it is nested too deeply', 0)
    throw error
  }
}

function overrideOf(
  word: string,
  argument: number,
  key: KeyPart,
  random: () => number,
): Omit<Override, 'text' | 'argument'> {
  const base = {
    operation: key.operation,
    key: key.key,
    package: key.package,
    keyColumn: key.start + 1,
    valueColumn: (key.valueStart ?? key.start) + 1,
  }
  if (key.valueStart === undefined) return base
  return { ...base, value: new ValueParser(word, argument, key.valueStart, random).parse() }
}

/** Recursive descent over the tokens of a value. */
class ValueParser {
  readonly #word: string
  readonly #argument: number
  readonly #tokens: readonly Token[]
  readonly #random: () => number
  #index = 0
  #depth = 0
  #calls = 0

  constructor(word: string, argument: number, start: number, random: () => number) {
    this.#word = word
    this.#argument = argument
    this.#tokens = lexValue(word, start)
    this.#random = random
  }

  parse(): OverrideValue {
    const first = this.#peek()
    if (first.type === 'end') return { kind: 'str', value: '', column: first.start + 1 }
    const values = [this.#element()]
    while (this.#peek().type === ',') {
      this.#next()
      values.push(this.#element())
    }
    const end = this.#peek()
    if (end.type !== 'end') throw this.#unexpected(end, 'after the value')
    const [only] = values
    if (values.length === 1 && only) return only
    return {
      kind: 'choice',
      items: values.map((value) => this.#plain(value, first)),
      simple: true,
      shuffle: false,
      tags: [],
    }
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)] as Token
  }

  #next(): Token {
    const token = this.#peek()
    this.#index++
    return token
  }

  #element(): OverrideValue {
    if (++this.#depth > MAX_DEPTH) throw new LexerProblem('it is nested too deeply', this.#peek().start)
    const token = this.#peek()
    const value = this.#elementAt(token)
    this.#depth--
    return value
  }

  #elementAt(token: Token): OverrideValue {
    if (token.type === 'id' && this.#peek(1).type === '(') return this.#call()
    if (token.type === '[') return this.#closed(this.#list())
    if (token.type === '{') return this.#closed(this.#dict())
    return this.#primitive(false)
  }

  /** Spaces behind a closed value mean nothing. */
  #closed<Value>(value: Value): Value {
    if (this.#peek().type === 'space') this.#next()
    return value
  }

  #plain(value: OverrideValue, token: Token): Element {
    if (isSweep(value))
      throw new LexerProblem(`${value.kind}() cannot stand inside of another value`, token.start)
    return value
  }

  #list(): Element {
    const open = this.#next()
    const items: Element[] = []
    while (this.#peek().type !== ']') {
      this.#requireOpen(open, 'the list', ']')
      if (items.length > 0) this.#expect(',', 'in the list')
      const token = this.#peek()
      items.push(this.#plain(this.#element(), token))
    }
    this.#next()
    return { kind: 'list', items, column: open.start + 1 }
  }

  #dict(): Element {
    const open = this.#next()
    const entries: { key: Primitive; value: Element }[] = []
    const byText = new Map<string, number>()
    while (this.#peek().type !== '}') {
      this.#requireOpen(open, 'the map', '}')
      if (entries.length > 0) this.#expect(',', 'in the map')
      const key = this.#primitive(true)
      this.#expect(':', 'after the key of the map')
      const token = this.#peek()
      const value = this.#plain(this.#element(), token)
      const text = `${key.kind}:${'value' in key ? key.value : ''}`
      const known = byText.get(text)
      if (known === undefined) byText.set(text, entries.push({ key, value }) - 1)
      else entries[known] = { key, value }
    }
    this.#next()
    return { kind: 'dict', entries, column: open.start + 1 }
  }

  #call(): OverrideValue {
    const name = this.#next()
    this.#next()
    this.#calls++
    const positional: OverrideValue[] = []
    const named = new Map<string, OverrideValue>()
    while (this.#peek().type !== ')') {
      this.#requireOpen(name, `the call ${name.text}(`, ')')
      if (positional.length + named.size > 0) this.#expect(',', `in the arguments of ${name.text}()`)
      const token = this.#peek()
      if (token.type === 'id' && this.#peek(1).type === '=') {
        this.#index += 2
        named.set(token.text, this.#element())
      } else {
        if (named.size > 0) throw new LexerProblem('a positional argument follows a named one', token.start)
        positional.push(this.#element())
      }
    }
    const close = this.#next()
    this.#calls--
    const value = this.#evaluated(name, positional, named, close)
    return this.#closed({ ...value, ...(isSweep(value) ? {} : { column: name.start + 1 }) })
  }

  #evaluated(
    name: Token,
    positional: readonly OverrideValue[],
    named: ReadonlyMap<string, OverrideValue>,
    close: Token,
  ): OverrideValue {
    try {
      return evaluate({ name: name.text, positional, named, random: this.#random })
    } catch (error) {
      const call = this.#word.slice(name.start, close.start + close.text.length)
      const inRange = error instanceof RangeError ? new FunctionProblem(error.message) : error
      if (!(inRange instanceof FunctionProblem)) throw error
      throw new ConfigError({
        message: `cannot read the override '${this.#word}': in '${call}': ${inRange.message}`,
        place: { kind: 'override', text: this.#word, argument: this.#argument, column: name.start + 1 },
        hint: inRange.hint,
        suggestions: inRange.suggestions,
      })
    }
  }

  /** One or more tokens side by side; a key of a map has no colon and no interpolation. */
  #primitive(isKey: boolean): Primitive {
    const start = this.#index
    while (this.#continuesPrimitive(this.#peek(), isKey)) this.#next()
    const tokens = this.#tokens.slice(start, this.#index)
    if (tokens.length === 0) throw this.#unexpected(this.#peek(), 'where a value should be')
    return primitiveOf(tokens)
  }

  #continuesPrimitive(token: Token, isKey: boolean): boolean {
    switch (token.type) {
      case 'id':
      case 'null':
      case 'int':
      case 'float':
      case 'bool':
      case 'char':
      case 'escape':
      case 'space':
        return true
      case 'quoted':
        return !isKey
      case 'interpolation':
      case ':':
        return !isKey
      case '=':
        return !isKey && this.#calls === 0
      default:
        return false
    }
  }

  #requireOpen(open: Token, what: string, close: string): void {
    if (this.#peek().type !== 'end') return
    throw new LexerProblem(`${what} is not closed`, open.start, `add ${close}, or ${this.#quotedHint()}`)
  }

  #expect(type: Token['type'], where: string): void {
    const token = this.#peek()
    if (token.type !== type) throw this.#unexpected(token, `${where}, where ${type} should be`)
    this.#next()
  }

  #unexpected(token: Token, where: string): LexerProblem {
    const what = token.type === 'end' ? 'the end' : `'${token.text.trim()}'`
    return new LexerProblem(`unexpected ${what} ${where}`, token.start, this.#quotedHint())
  }

  /** The word with its value in quotes, ready to be pasted. */
  #quotedHint(): string {
    const equals = this.#word.indexOf('=') + 1
    const [key, value] = [this.#word.slice(0, equals), this.#word.slice(equals)]
    const shown = value.includes("'")
      ? `"${key}'${value.replaceAll("'", "\\'")}'"`
      : `'${key}"${value.replaceAll('"', '\\"')}"'`
    return `quote it to use it as text: ${shown}`
  }
}
