import { LexerProblem, type Token } from './lexer.ts'
import type { Primitive } from './value.ts'

/** A primitive of tokens side by side: a single one keeps its type, several make a text; outer spaces are cut. */
export function primitiveOf(all: readonly Token[]): Primitive {
  const tokens = trimmed(all)
  const [first, second] = tokens
  if (first === undefined) throw new LexerProblem('a value of spaces only must be quoted', all[0]?.start ?? 0)
  const column = first.start + 1
  const quotedToken = tokens.find((token) => token.type === 'quoted')
  if (quotedToken && tokens.length > 1) {
    throw new LexerProblem('a quoted text must stand alone', quotedToken.start, 'quote the whole value')
  }
  if (second !== undefined) {
    return { kind: 'str', value: tokens.map(tokenText).join(''), column }
  }
  switch (first.type) {
    case 'quoted':
      return {
        kind: 'str',
        value: unquote(first.text),
        quote: first.text.startsWith("'") ? "'" : '"',
        column,
      }
    case 'int':
      return { kind: 'int', value: BigInt(first.text.replaceAll('_', '').replace('+', '')), column }
    case 'float':
      return { kind: 'float', value: floatOf(first.text), column }
    case 'bool':
      return { kind: 'bool', value: first.text.toLowerCase() === 'true', column }
    case 'null':
      return { kind: 'null', column }
    default:
      return { kind: 'str', value: tokenText(first), column }
  }
}

function trimmed(tokens: readonly Token[]): readonly Token[] {
  const from = tokens[0]?.type === 'space' ? 1 : 0
  const to = tokens.length > 1 && tokens.at(-1)?.type === 'space' ? -1 : undefined
  return tokens.slice(from, to)
}

function tokenText(token: Token): string {
  return token.type === 'escape' ? token.text.replaceAll(/\\(.)/g, '$1') : token.text
}

function floatOf(text: string): number {
  const lower = text.toLowerCase()
  if (lower.endsWith('nan')) return Number.NaN
  if (lower.endsWith('inf')) return lower.startsWith('-') ? -Infinity : Infinity
  return Number(text.replaceAll('_', ''))
}

/** The text inside quotes: backslashes count only right before a quote, or as the run that ends the text. */
function unquote(text: string): string {
  const quote = text[0] ?? ''
  const inner = text.slice(1)
  const unescaped = inner.replaceAll(quote === "'" ? /(\\+)'/g : /(\\+)"/g, (match) => {
    return [...match].filter((_character, index) => index % 2 === 1).join('')
  })
  const closing = /(\\*)['"]$/.exec(inner)?.[1]?.length ?? 0
  return closing > 0 ? unescaped : unescaped.slice(0, -1)
}
