import { expect, test } from 'bun:test'
import { createRandom } from '../../ts/generate/random.ts'

const draws = (count: number, ...path: number[]) => {
  const random = createRandom(...path)
  return Array.from({ length: count }, () => random.unit())
}

test('a stream depends on its path alone', () => {
  expect(draws(50, 7, 1, 3)).toEqual(draws(50, 7, 1, 3))
  const paths = [
    [0, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
    [2 ** 32, 0, 0],
    [2 ** 40 + 1, 0, 0],
  ]
  const firsts = paths.map((path) => draws(1, ...path)[0])
  expect(new Set(firsts).size).toBe(paths.length)
})

test('draws are uniform, also across the first draws of neighbouring streams', () => {
  const along = draws(20_000, 3)
  const across = Array.from({ length: 20_000 }, (_, index) => createRandom(3, 0, index).unit())
  for (const sample of [along, across]) {
    const bins = new Array<number>(16).fill(0)
    for (const value of sample) bins[Math.floor(value * 16)] = (bins[Math.floor(value * 16)] ?? 0) + 1
    const expected = sample.length / 16
    const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 99.9th percentile of chi-square with 15 degrees of freedom.
    expect(chiSquare).toBeLessThan(37.7)
  }
})

test('normal draws have mean 0 and deviation 1', () => {
  const random = createRandom(11)
  const values = Array.from({ length: 20_000 }, () => random.normal())
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(Math.abs(variance - 1)).toBeLessThan(0.05)
})

test('weighted draws follow the weights and never pick weight 0', () => {
  const random = createRandom(5)
  const items = [
    { name: 'a', weight: 3 },
    { name: 'never', weight: 0 },
    { name: 'b', weight: 1 },
  ]
  const picked = Array.from({ length: 4000 }, () => random.weighted(items).name)
  expect(picked).not.toContain('never')
  expect(Math.abs(picked.filter((name) => name === 'a').length / 4000 - 0.75)).toBeLessThan(0.03)
  expect(() => random.pick([])).toThrow('empty list')
})
