import { logTicks, niceTicks } from './ticks.ts'

/** A mapping of values to a stretch of the page, with the values to write beside it. */
export interface Scale {
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

/** Hard ends of a scale. */
export interface ScaleBounds {
  readonly low?: number
  readonly high?: number
  /** The scale starts at `low` where the smallest value is below this share of the largest. */
  readonly nearLow?: number
}

/** Linear over the values with a little room; from `start` upwards on the page when `end` < `start`. */
export function linearScale(
  values: readonly number[],
  start: number,
  end: number,
  tickCount: number,
  bounds: ScaleBounds = {},
): Scale {
  const [smallest, most] = extent(values)
  const least = bounds.low !== undefined && smallest < (bounds.nearLow ?? 1) * most ? bounds.low : smallest
  const room = most > least ? (most - least) * 0.06 : Math.max(1e-12, Math.abs(most) * 0.1)
  const low = Math.max(bounds.low ?? -Infinity, least - room)
  const high = Math.min(bounds.high ?? Infinity, most + room)
  const span = high - low || 1
  return {
    place: (value) => start + ((value - low) / span) * (end - start),
    ticks: niceTicks(low, high, tickCount),
  }
}

/** Logarithmic; all values > 0. */
export function logScale(values: readonly number[], start: number, end: number): Scale {
  const [least, most] = extent(values)
  const low = least / 1.15
  const span = Math.log((most * 1.15) / low)
  return {
    place: (value) => start + (Math.log(value / low) / span) * (end - start),
    ticks: logTicks(low, most * 1.15),
  }
}

function extent(values: readonly number[]): [low: number, high: number] {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : [0, 1]
}
