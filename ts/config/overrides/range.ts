import type { NumberElement, RangeSweep } from './value.ts'

/** More items are a mistake in the range, not a sweep. */
const MAX_ITEMS = 100_000
/** Python's default decimal precision: sums are rounded half-even to as many digits. */
const PRECISION = 28

/**
 * The items of a range. Integers are exact; as soon as one operand is a float, the doubles are added as decimals, so
 * `range(0,1,0.1)` has ten items.
 * @throws RangeError for a zero step or too many items
 */
export function rangeItems(range: Pick<RangeSweep, 'start' | 'stop' | 'step'>): NumberElement[] {
  const { start, stop, step } = range
  if (Number(step.value) === 0 || ![start, stop, step].every((each) => Number.isFinite(Number(each.value)))) {
    throw new RangeError(`invalid range (start ${start.value}, stop ${stop.value}, step ${step.value})`)
  }
  const allIntegers = start.kind === 'int' && stop.kind === 'int' && step.kind === 'int'
  const items: NumberElement[] = []
  let current = decimal(start)
  const end = decimal(stop)
  const increment = decimal(step)
  const ascending = increment.digits > 0n
  while (ascending ? compare(current, end) < 0 : compare(current, end) > 0) {
    if (items.length >= MAX_ITEMS) throw new RangeError(`the range has more than ${MAX_ITEMS} items`)
    items.push(
      allIntegers ? { kind: 'int', value: current.digits } : { kind: 'float', value: toNumber(current) },
    )
    current = allIntegers ? { digits: current.digits + increment.digits, scale: 0 } : add(current, increment)
  }
  return items
}

/** `digits · 10^-scale`. */
interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** The exact value of an integer or double. */
function decimal(number: NumberElement): Decimal {
  if (number.kind === 'int') return { digits: number.value, scale: 0 }
  let scale = 0
  let value = number.value
  while (!Number.isInteger(value)) {
    value *= 2
    scale++
  }
  return { digits: BigInt(value) * 5n ** BigInt(scale), scale }
}

function aligned(one: Decimal, other: Decimal): [bigint, bigint, number] {
  const scale = Math.max(one.scale, other.scale)
  return [
    one.digits * 10n ** BigInt(scale - one.scale),
    other.digits * 10n ** BigInt(scale - other.scale),
    scale,
  ]
}

function compare(one: Decimal, other: Decimal): number {
  const [left, right] = aligned(one, other)
  if (left === right) return 0
  return left < right ? -1 : 1
}

function add(one: Decimal, other: Decimal): Decimal {
  const [left, right, scale] = aligned(one, other)
  return rounded(left + right, scale)
}

function rounded(digits: bigint, scale: number): Decimal {
  const negative = digits < 0n
  const magnitude = negative ? -digits : digits
  const surplus = String(magnitude).length - PRECISION
  if (surplus <= 0) return { digits, scale }
  const unit = 10n ** BigInt(surplus)
  const rest = magnitude % unit
  let kept = magnitude / unit
  const half = unit / 2n
  if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n
  return { digits: negative ? -kept : kept, scale: scale - surplus }
}

function toNumber({ digits, scale }: Decimal): number {
  return Number(`${digits}e${-scale}`)
}
