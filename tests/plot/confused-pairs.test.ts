import { expect, test } from 'bun:test'
import { classSupport, lowestRecall, mostConfused } from '../../ts/plot/confused-pairs.ts'

// Three images of class 0, ten of class 1, none of class 2.
const confusion = [1, 2, 0, 2, 7, 1, 0, 0, 0]

test('support is the sum of a row', () => {
  expect(classSupport(confusion, 3)).toEqual([3, 10, 0])
})

test('pairs by count, then by share of the true class', () => {
  expect(mostConfused(confusion, 3, 10)).toEqual([
    { trueClass: 0, predictedClass: 1, count: 2, share: 2 / 3 },
    { trueClass: 1, predictedClass: 0, count: 2, share: 0.2 },
    { trueClass: 1, predictedClass: 2, count: 1, share: 0.1 },
  ])
  expect(mostConfused(confusion, 3, 1)).toHaveLength(1)
  expect(mostConfused([5, 0, 0, 5], 2, 10)).toEqual([])
})

test('classes by recall, without those that were never missed or have no images', () => {
  expect(lowestRecall(confusion, 3, 10)).toEqual([
    { index: 0, support: 3, recall: 1 / 3 },
    { index: 1, support: 10, recall: 0.7 },
  ])
  expect(lowestRecall([5, 0, 0, 5], 2, 10)).toEqual([])
})
