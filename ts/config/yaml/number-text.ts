/** Numbers as Python writes and reads them: what Hydra prints and what it takes for a number. */

/** Python's `repr(float)`: shortest digits that read back, exponent form below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace('-', '').replace('.', '')
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const power = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}

/** YAML's text of a float: `repr` with a dot where only an exponent stands, `.inf` and `.nan`. */
export function yamlFloatText(value: number): string {
  const text = floatText(value)
  if (text === 'nan' || text === 'inf') return `.${text}`
  if (text === '-inf') return '-.inf'
  return text.includes('.') ? text : text.replace('e', '.0e')
}

const INTEGER = /^[+-]?\d+(_\d+)*$/
const FLOAT = /^[+-]?((\d+(_\d+)*)(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)([eE][+-]?\d+(_\d+)*)?$/
const NOT_FINITE = /^([+-]?)(inf|infinity|nan)$/i

/** Python's `int(text)`, or undefined where it would raise. */
export function readInteger(text: string): bigint | undefined {
  const trimmed = text.trim()
  if (!INTEGER.test(trimmed)) return undefined
  const digits = trimmed.replaceAll('_', '')
  return digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits.replace('+', ''))
}

/** Python's `float(text)`, or undefined where it would raise. */
export function readFloat(text: string): number | undefined {
  const trimmed = text.trim()
  if (FLOAT.test(trimmed)) return Number(trimmed.replaceAll('_', ''))
  const special = NOT_FINITE.exec(trimmed)
  if (!special) return undefined
  if (special[2]?.toLowerCase() === 'nan') return Number.NaN
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}
