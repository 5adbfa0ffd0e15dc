import type { ScalarValue } from '../node.ts'

const INT = /^[+-]?(?:0|[1-9](?:_?[0-9])*)$/
const FLOAT =
  /^[+-]?(?:(?:(?:0|[1-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|(?:0|[1-9](?:_?[0-9])*)\.?)[eE][+-]?[0-9](?:_?[0-9])*|(?:0|[1-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|(?:0|[1-9](?:_?[0-9])*)\.)$/
const SPECIAL_FLOAT = /^([+-]?)(inf|nan)$/i

/** An unquoted word of an interpolation's arguments: number, boolean, null or text. */
export function typedWord(word: string): ScalarValue {
  const lower = word.toLowerCase()
  if (lower === 'true' || lower === 'false') return { kind: 'bool', value: lower === 'true' }
  if (lower === 'null') return { kind: 'null' }
  if (INT.test(word)) return { kind: 'int', value: BigInt(word.replaceAll('_', '').replace('+', '')) }
  if (FLOAT.test(word)) return { kind: 'float', value: Number(word.replaceAll('_', '')) }
  const special = SPECIAL_FLOAT.exec(word)
  if (!special) return { kind: 'str', value: word }
  if (special[2]?.toLowerCase() === 'nan') return { kind: 'float', value: Number.NaN }
  return { kind: 'float', value: special[1] === '-' ? -Infinity : Infinity }
}
