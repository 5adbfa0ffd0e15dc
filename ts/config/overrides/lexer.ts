/** Tokens of the value part of an override, longest match first, as Hydra's grammar defines them. */
export type TokenType =
  | '('
  | ')'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | ':'
  | '='
  | 'float'
  | 'int'
  | 'bool'
  | 'null'
  | 'id'
  | 'char'
  | 'escape'
  | 'space'
  | 'quoted'
  | 'interpolation'
  | 'end'

export interface Token {
  readonly type: TokenType
  readonly text: string
  /** Index in the word. */
  readonly start: number
}

/** A character that cannot stand where it stands. */
export class LexerProblem extends Error {
  readonly start: number
  readonly hint: string | undefined

  constructor(message: string, start: number, hint?: string) {
    super(message)
    this.start = start
    this.hint = hint
  }
}

const SPACED_SYMBOL = /[ \t]*([()[\]{},:=])[ \t]*/y
const SPACE = /[ \t]+/y
const ID = /[a-zA-Z_][a-zA-Z0-9_-]*/y
const INT = /[+-]?(?:0|[1-9](?:_?[0-9])*)/y
const FLOAT =
  /[+-]?(?:(?:(?:0|[1-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|(?:0|[1-9](?:_?[0-9])*)\.?)[eE][+-]?[0-9](?:_?[0-9])*|(?:0|[1-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|(?:0|[1-9](?:_?[0-9])*)\.|[iI][nN][fF]|[nN][aA][nN])/y
const ESCAPE = /(?:\\[\\()[\]{}:=, \t])+/y
const PLAIN = /[^\p{Cc}()[\]{},:=\\'" \t]/uy
const NON_ASCII_RUN = /[^\p{ASCII}]+/uy

/** Which spaces belong to a symbol: those after an opening one, before a closing one, around the others. */
const EATS_BEFORE = new Set(['(', ')', ']', '}', ',', ':', '='])
const EATS_AFTER = new Set(['(', '[', '{', ',', ':', '='])

/** Splits `text` from `start` to its end. @throws LexerProblem */
export function lexValue(text: string, start: number): Token[] {
  const tokens: Token[] = []
  const closing = closingBraces(text, start)
  let index = start
  while (index < text.length) {
    const token = nextToken(text, index, closing)
    tokens.push(token)
    index += token.text.length
  }
  tokens.push({ type: 'end', text: '', start: text.length })
  return tokens
}

function nextToken(text: string, start: number, closing: ReadonlyMap<number, number>): Token {
  const symbol = symbolToken(text, start)
  if (symbol) return symbol
  const first = text[start] ?? ''
  if (first === ' ' || first === '\t') return { type: 'space', text: match(SPACE, text, start), start }
  if (first === "'" || first === '"') return quotedToken(text, start)
  if (first === '\\') {
    const escaped = match(ESCAPE, text, start)
    return escaped ? { type: 'escape', text: escaped, start } : { type: 'char', text: first, start }
  }
  if (first === '$' && text[start + 1] === '{') {
    const end = closing.get(start + 1) ?? text.indexOf('}', start)
    if (end < 0) throw new LexerProblem('the interpolation ${ is not closed', start, `write \${key}`)
    if (end > start + 2) return { type: 'interpolation', text: text.slice(start, end + 1), start }
  }
  const id = match(ID, text, start)
  if (id) return { type: wordType(id), text: id, start }
  const float = match(FLOAT, text, start)
  const int = match(INT, text, start)
  if (float.length > 0 && float.length >= int.length) return { type: 'float', text: float, start }
  if (int) return { type: 'int', text: int, start }
  const plain = match(NON_ASCII_RUN, text, start) || match(PLAIN, text, start)
  if (plain) return { type: 'char', text: plain, start }
  throw new LexerProblem(
    `the character ${JSON.stringify(first)} cannot stand here`,
    start,
    'put the value in quotes',
  )
}

function wordType(word: string): TokenType {
  const lower = word.toLowerCase()
  if (lower === 'true' || lower === 'false') return 'bool'
  if (lower === 'null') return 'null'
  return lower === 'inf' || lower === 'nan' ? 'float' : 'id'
}

function symbolToken(text: string, start: number): Token | undefined {
  SPACED_SYMBOL.lastIndex = start
  const found = SPACED_SYMBOL.exec(text)
  const symbol = found?.[1]
  if (!found || symbol === undefined) return undefined
  const at = found[0].indexOf(symbol)
  if (at > 0 && !EATS_BEFORE.has(symbol)) return undefined
  const length = EATS_AFTER.has(symbol) ? found[0].length : at + 1
  return { type: symbol as TokenType, text: found[0].slice(0, length), start }
}

/** Ends at the first such quote that an even number of backslashes precedes. */
function quotedToken(text: string, start: number): Token {
  const quote = text[start] ?? ''
  let backslashes = 0
  for (let index = start + 1; index < text.length; index++) {
    const character = text[index]
    if (character === quote && backslashes % 2 === 0) {
      return { type: 'quoted', text: text.slice(start, index + 1), start }
    }
    backslashes = character === '\\' ? backslashes + 1 : 0
  }
  throw new LexerProblem(
    `the quote ${quote} is not closed`,
    start,
    `write \\${quote} for a quote inside of quotes`,
  )
}

/** Index of the brace that closes each opened one. */
function closingBraces(text: string, start: number): ReadonlyMap<number, number> {
  const closing = new Map<number, number>()
  const open: number[] = []
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') open.push(index)
    else if (text[index] === '}') {
      const opened = open.pop()
      if (opened !== undefined) closing.set(opened, index)
    }
  }
  return closing
}

function match(pattern: RegExp, text: string, start: number): string {
  pattern.lastIndex = start
  return pattern.exec(text)?.[0] ?? ''
}
