import type { ScalarStyle } from './scalar-style.ts'

/** Lines are folded at the first space behind this column. */
const WIDTH = 80

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

const isBreak = (character: string): boolean => '\n\u0085\u2028\u2029'.includes(character)

/**
 * Writes one text in a style, folded as PyYAML folds: `column` is where it starts, continuation lines are indented by
 * `indent`, keys are never folded (`fold: false`).
 */
export function writeScalar(
  text: string,
  style: ScalarStyle,
  layout: { column: number; indent: number; fold: boolean },
): string {
  const characters = Array.from(text)
  if (style === 'plain') return plain(characters, layout)
  if (style === 'single') return singleQuoted(characters, layout)
  return doubleQuoted(characters, layout)
}

interface Layout {
  readonly column: number
  readonly indent: number
  readonly fold: boolean
}

function plain(characters: readonly string[], layout: Layout): string {
  let out = ''
  let column = layout.column
  for (let index = 0; index < characters.length; ) {
    const end = runEnd(characters, index, (character) => character === ' ')
    if (end > index) {
      if (end - index === 1 && column > WIDTH && layout.fold) {
        out += `\n${' '.repeat(layout.indent)}`
        column = layout.indent
      } else {
        out += ' '.repeat(end - index)
        column += end - index
      }
      index = end
      continue
    }
    const wordEnd = runEnd(characters, index, (character) => character !== ' ')
    out += characters.slice(index, wordEnd).join('')
    column += wordEnd - index
    index = wordEnd
  }
  return out
}

function singleQuoted(characters: readonly string[], layout: Layout): string {
  let out = "'"
  let column = layout.column + 1
  const newLine = (): void => {
    out += `\n${' '.repeat(layout.indent)}`
    column = layout.indent
  }
  for (let index = 0; index < characters.length; ) {
    const character = characters[index] ?? ''
    if (character === ' ') {
      const end = runEnd(characters, index, (each) => each === ' ')
      const inside = index !== 0 && end !== characters.length
      if (end - index === 1 && column > WIDTH && layout.fold && inside) newLine()
      else {
        out += ' '.repeat(end - index)
        column += end - index
      }
      index = end
    } else if (isBreak(character)) {
      const end = runEnd(characters, index, isBreak)
      if (character === '\n') out += '\n'
      for (const each of characters.slice(index, end - 1)) out += each
      const lastBreak = characters[end - 1] ?? '\n'
      out += `${lastBreak}${' '.repeat(layout.indent)}`
      column = layout.indent
      index = end
    } else if (character === "'") {
      out += "''"
      column += 2
      index++
    } else {
      const end = runEnd(characters, index, (each) => each !== ' ' && each !== "'" && !isBreak(each))
      out += characters.slice(index, end).join('')
      column += end - index
      index = end
    }
  }
  return `${out}'`
}

function doubleQuoted(characters: readonly string[], layout: Layout): string {
  let out = '"'
  let column = layout.column + 1
  let start = 0
  const put = (text: string): void => {
    out += text
    column += Array.from(text).length
  }
  for (let end = 0; end <= characters.length; end++) {
    const character = characters[end]
    if (character === undefined || mustEscape(character)) {
      if (start < end) put(characters.slice(start, end).join(''))
      start = end
      if (character !== undefined) {
        put(escapeCode(character))
        start = end + 1
      }
    }
    const inside = end > 0 && end < characters.length - 1
    if (inside && (character === ' ' || start >= end) && column + (end - start) > WIDTH && layout.fold) {
      put(`${characters.slice(start, end).join('')}\\`)
      if (start < end) start = end
      out += `\n${' '.repeat(layout.indent)}`
      column = layout.indent
      if (characters[start] === ' ') put('\\')
    }
  }
  return `${out}"`
}

function mustEscape(character: string): boolean {
  if ('"\\\u0085\u2028\u2029\ufeff'.includes(character)) return true
  const code = character.codePointAt(0) ?? 0
  const written =
    (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd)
  return !written
}

function escapeCode(character: string): string {
  const short = ESCAPES[character]
  if (short !== undefined) return `\\${short}`
  const code = character.codePointAt(0) ?? 0
  const digits = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

/** End of the run of characters from `index` that satisfy `belongs`. */
function runEnd(
  characters: readonly string[],
  index: number,
  belongs: (character: string) => boolean,
): number {
  let end = index
  while (end < characters.length && belongs(characters[end] ?? '')) end++
  return end
}
