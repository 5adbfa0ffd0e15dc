import { LexerProblem } from './lexer.ts'
import type { OverrideOperation } from './value.ts'

/** What stands before the first `=`. */
export interface KeyPart {
  readonly operation: OverrideOperation
  readonly key: string
  readonly package: string | undefined
  /** Index where the key starts. */
  readonly start: number
  /** Index where the value starts; undefined for `~key`. */
  readonly valueStart: number | undefined
}

const LETTER = String.raw`a-zA-Z_\u0080-\u{10ffff}`
const NAME = `[${LETTER}$][${LETTER}0-9$-]*`
const DOTTED_PART = `(?:${NAME}|0|[1-9](?:_?[0-9])*)`
const PACKAGE = new RegExp(`^(?:|${NAME}|${DOTTED_PART}(?:\\.${DOTTED_PART})+)$`, 'u')
const GROUP = new RegExp(`^[${LETTER}][${LETTER}0-9-]*(?:/[${LETTER}][${LETTER}0-9-]*)+$`, 'u')

const KEY_CHARACTER = new RegExp(`[${LETTER}0-9$./-]`, 'u')

/** Reads sign, key and package of an override word. @throws LexerProblem */
export function parseKey(word: string): KeyPart {
  const sign = /^(\+\+|\+|~)?/.exec(word)?.[0] ?? ''
  const operation: OverrideOperation =
    sign === '+' ? 'add' : sign === '++' ? 'force_add' : sign === '~' ? 'delete' : 'change'
  const equals = word.indexOf('=')
  if (equals < 0 && operation !== 'delete') {
    throw new LexerProblem("there is no '=' after the key", word.length, `write ${word.trim()}=value`)
  }
  const keyEnd = equals < 0 ? word.length : equals
  const text = word.slice(sign.length, keyEnd)
  const at = text.indexOf('@')
  const key = at < 0 ? text : text.slice(0, at)
  const packageName = at < 0 ? undefined : text.slice(at + 1)
  if (!PACKAGE.test(key) && !GROUP.test(key)) throw badKey(key, sign.length, word)
  if (packageName !== undefined && !PACKAGE.test(packageName))
    throw badKey(packageName, sign.length + at + 1, word)
  const spaces = /[ \t]*/y
  spaces.lastIndex = equals + 1
  const valueStart = equals < 0 ? undefined : equals + 1 + (spaces.exec(word)?.[0].length ?? 0)
  return { operation, key, package: packageName, start: sign.length, valueStart }
}

function badKey(key: string, start: number, word: string): LexerProblem {
  const offending = [...key].findIndex((character) => !KEY_CHARACTER.test(character))
  const column = start + Math.max(0, offending)
  if (/\[\d+\]/.test(key)) {
    const dotted = word.replace(/\[(\d+)\]/g, '.$1')
    return new LexerProblem(`'${key}' is no key: list items are named by dots`, column, `write ${dotted}`)
  }
  if (key.startsWith('--'))
    return new LexerProblem(`'${key}' is no key`, start, 'flags stand without a value')
  if (key !== key.trim())
    return new LexerProblem(`spaces around the key '${key}'`, column, 'write key=value without spaces')
  const where =
    offending < 0 ? '' : `: the character ${JSON.stringify([...key][offending])} cannot be part of one`
  return new LexerProblem(
    `'${key}' is no key${where}`,
    column,
    'keys are names joined by dots, groups are names joined by /',
  )
}
