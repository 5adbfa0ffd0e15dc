import { expect, test } from 'bun:test'
import { expectedDraws } from '../../ts/callbacks/expected-draws.ts'
import type { SamplerSpec } from '../../ts/native/spec.d.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

test('without weights classes are drawn as they are frequent', () => {
  expect(expectedDraws({ kind: 'shuffle' }, [30, 10, 0], 20)).toEqual([15, 5, 0])
})

test('inverse frequencies draw every class alike', () => {
  const sampler: SamplerSpec = {
    kind: 'weighted',
    class_weights: [1 / 30, 1 / 10, 1 / 60],
    num_samples: 99,
    replacement: true,
  }
  for (const count of expectedDraws(sampler, [30, 10, 60], 99)) expect(count).toBeCloseTo(33, 9)
})

test('without replacement nothing is drawn more often than it exists', () => {
  const sampler: SamplerSpec = {
    kind: 'weighted',
    class_weights: [100, 1],
    num_samples: 50,
    replacement: false,
  }
  const expected = expectedDraws(sampler, [10, 100], 50)
  expect(sum(expected)).toBeCloseTo(50, 6)
  expect(expected[0]).toBeGreaterThan(9.9)
  expect(expected[0]).toBeLessThanOrEqual(10)
  expect(expectedDraws(sampler, [10, 100], 110)).toEqual([10, 100])
})

test('the expectation without replacement is that of drawing by exponential keys', () => {
  const perClass = [20, 60, 40]
  const weights = [3, 1, 0.5]
  let state = 12345
  const random = (): number => {
    state = (state * 1664525 + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const drawn = [0, 0, 0]
  const rounds = 400
  for (let round = 0; round < rounds; round++) {
    const keys = perClass.flatMap((count, index) =>
      Array.from({ length: count }, () => ({ index, key: -Math.log(random()) / (weights[index] ?? 1) })),
    )
    for (const { index } of keys.sort((a, b) => a.key - b.key).slice(0, 60))
      drawn[index] = (drawn[index] ?? 0) + 1
  }
  const sampler: SamplerSpec = {
    kind: 'weighted',
    class_weights: weights,
    num_samples: 60,
    replacement: false,
  }
  const expected = expectedDraws(sampler, perClass, 60)
  for (const [index, count] of expected.entries())
    expect(Math.abs(count - (drawn[index] ?? 0) / rounds)).toBeLessThan(0.5)
})

test('no images and no weights draw nothing', () => {
  expect(expectedDraws({ kind: 'shuffle' }, [0, 0], 0)).toEqual([0, 0])
  const sampler: SamplerSpec = {
    kind: 'weighted',
    class_weights: [0, 0],
    num_samples: null,
    replacement: true,
  }
  expect(expectedDraws(sampler, [5, 5], 10)).toEqual([0, 0])
})
