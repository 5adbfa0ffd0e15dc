/** Draws of one stream: the n-th draw depends on the stream's key and n alone. */
export interface Random {
  /** Uniform in [0, 1). */
  unit(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Gaussian with mean 0 and deviation 1. */
  normal(): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** An item with probability in proportion to its weight. */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T
}

/** A stream of draws for a path of integers such as (seed, split, image): streams do not touch each other. */
export function createRandom(...path: readonly number[]): Random {
  let low = 0x243f6a88
  let high = 0x85a308d3
  for (const step of path) {
    low = mix(low ^ (step >>> 0))
    high = mix((high + Math.floor(step / 0x1_0000_0000) + low) | 0)
  }
  let counter = 0
  const unit = () => {
    counter = (counter + 1) | 0
    return (mix(mix(low + Math.imul(counter, 0x9e3779b9)) ^ high) >>> 0) / 0x1_0000_0000
  }
  return {
    unit,
    between: (from, to) => from + (to - from) * unit(),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    chance: (probability) => unit() < probability,
    pick: (items) => itemAt(items, Math.floor(unit() * items.length)),
    weighted: (items) => {
      let rest = unit() * items.reduce((sum, item) => sum + item.weight, 0)
      const found = items.findIndex((item) => {
        rest -= item.weight
        return rest < 0
      })
      return itemAt(items, found < 0 ? items.length - 1 : found)
    },
  }
}

function itemAt<T>(items: readonly T[], index: number): T {
  if (items.length === 0) throw new RangeError('cannot draw from an empty list')
  return items[index] as T
}

/** A bijection of 32-bit integers in which every input bit reaches every output bit (xor-shift-multiply). */
function mix(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
  return bits ^ (bits >>> 15)
}
