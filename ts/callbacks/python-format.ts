const SPEC =
  /^(?:(?<fill>.)?(?<align>[<>^=]))?(?<sign>[+\- ])?(?<zero>0)?(?<width>\d+)?(?:\.(?<digits>\d+))?(?<kind>[dfFeEgG%])?$/u

/**
 * A number as Python's `format(value, spec)` writes it: fill, align, sign, zero padding, width, precision and the
 * presentations d, f, e, g and %. `undefined` for a specification outside of these. `d` rounds to the nearest whole.
 */
export function pythonFormat(value: number, spec: string): string | undefined {
  const parts = SPEC.exec(spec)?.groups
  if (!parts) return undefined
  const kind = parts.kind ?? (parts.digits === undefined ? '' : 'g')
  const digits = parts.digits === undefined ? 6 : Number(parts.digits)
  const magnitude = present(Math.abs(value), kind, digits)
  const negative = value < 0 || Object.is(value, -0)
  const sign = negative ? '-' : parts.sign === '+' || parts.sign === ' ' ? parts.sign : ''
  const width = Number(parts.width ?? 0)
  const padding = Math.max(0, width - sign.length - magnitude.length)
  const align = parts.align ?? (parts.zero ? '=' : '>')
  const fill = parts.fill ?? (parts.zero ? '0' : ' ')
  switch (align) {
    case '<':
      return sign + magnitude + fill.repeat(padding)
    case '^':
      return fill.repeat(padding >> 1) + sign + magnitude + fill.repeat(padding - (padding >> 1))
    case '=':
      return sign + fill.repeat(padding) + magnitude
    default:
      return fill.repeat(padding) + sign + magnitude
  }
}

function present(value: number, kind: string, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : 'inf'
  switch (kind) {
    case 'd':
      return String(Math.round(value))
    case 'f':
    case 'F':
      return value.toFixed(digits)
    case '%':
      return `${(value * 100).toFixed(digits)}%`
    case 'e':
    case 'E': {
      const text = exponential(value, digits)
      return kind === 'E' ? text.toUpperCase() : text
    }
    case 'g':
    case 'G': {
      const text = general(value, Math.max(1, digits))
      return kind === 'G' ? text.toUpperCase() : text
    }
    default:
      return String(value)
  }
}

/** Python writes at least two digits of exponent. */
function exponential(value: number, digits: number): string {
  return value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')
}

function general(value: number, digits: number): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1])
  const text =
    exponent < -4 || exponent >= digits
      ? exponential(value, digits - 1)
      : value.toFixed(Math.max(0, digits - 1 - exponent))
  return text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '')
}
