import { type ScalarValue, textNode } from '../node.ts'

/**
 * Plain YAML scalars by the rules of YAML 1.1 as OmegaConf changes them: floats need no dot (`1e-4`), dates and the
 * single letters y and n stay text, a leading zero is octal, and colons make base 60.
 */

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL'])
const TRUTHS = new Set(['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'])
const FALSEHOODS = new Set(['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'])

const FLOATS = [
  /^[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?$/,
  /^\.[0-9][0-9_]*([eE][-+][0-9]+)?$/,
  /^[-+]?[0-9]+(_[0-9]+)*\.[0-9_]*([eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9]+(_[0-9]+)*[eE][-+]?[0-9]+$/,
  /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*$/,
]
const INFINITE = /^([-+]?)\.(inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(nan|NaN|NAN)$/
const BINARY = /^[-+]?0b[01_]+$/
const OCTAL = /^[-+]?0[0-7_]+$/
const DECIMAL = /^[-+]?(0|[1-9][0-9_]*)$/
const HEXADECIMAL = /^[-+]?0x[0-9a-fA-F_]+$/
const BASE_60 = /^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$/

/** The value of a plain, untagged scalar. */
export function plainScalar(text: string): ScalarValue {
  if (NULLS.has(text)) return { kind: 'null' }
  if (TRUTHS.has(text)) return { kind: 'bool', value: true }
  if (FALSEHOODS.has(text)) return { kind: 'bool', value: false }
  return (/^[-+.0-9]/.test(text) ? (floatScalar(text) ?? integerScalar(text)) : undefined) ?? textNode(text)
}

export function floatScalar(text: string): ScalarValue | undefined {
  const infinite = INFINITE.exec(text)
  if (infinite) return { kind: 'float', value: infinite[1] === '-' ? -Infinity : Infinity }
  if (NOT_A_NUMBER.test(text)) return { kind: 'float', value: Number.NaN }
  if (!FLOATS.some((form) => form.test(text))) return undefined
  const digits = text.replaceAll('_', '')
  if (!digits.includes(':')) return { kind: 'float', value: Number(digits) }
  const negative = digits.startsWith('-')
  const value = digits
    .replace(/^[-+]/, '')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
  return { kind: 'float', value: negative ? -value : value }
}

export function integerScalar(text: string): ScalarValue | undefined {
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '')
  const magnitude = integerMagnitude(text, digits)
  if (magnitude === undefined) return undefined
  return { kind: 'int', value: text.startsWith('-') ? -magnitude : magnitude }
}

/** Python refuses longer ones; they stay text here. */
const MAX_DIGITS = 4300

function integerMagnitude(text: string, digits: string): bigint | undefined {
  if (digits.length > MAX_DIGITS) return undefined
  if (BINARY.test(text)) return digits.length > 2 ? BigInt(digits) : undefined
  if (OCTAL.test(text)) return digits === '0' ? 0n : BigInt(`0o${digits.slice(1)}`)
  if (DECIMAL.test(text)) return BigInt(digits)
  if (HEXADECIMAL.test(text)) return digits.length > 2 ? BigInt(digits) : undefined
  if (BASE_60.test(text)) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
  return undefined
}
