import { expect, test } from 'bun:test'
import { countLabels, LABELS } from '../../ts/generate/labels.ts'
import { planSplit, splitCounts } from '../../ts/generate/plan-split.ts'

test('there are 43 labels, strings, "0" and "00" among them, by code point', () => {
  expect(LABELS).toHaveLength(43)
  expect(LABELS.slice(0, 4)).toEqual(['0', '00', '1', '10'])
  expect([...LABELS].sort()).toEqual([...LABELS])
})

test.each([43, 50, 500, 5000, 9999])('%i images are shared out wholly, to every label', (count) => {
  const counts = [...countLabels(count).values()]
  expect(counts.reduce((sum, value) => sum + value, 0)).toBe(count)
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(1)
})

test('fewer images than labels go to the frequent ones', () => {
  const counts = countLabels(5)
  expect([...counts.values()].reduce((sum, value) => sum + value, 0)).toBe(5)
  expect(counts.get('8')).toBe(1)
  expect(counts.get('50')).toBe(0)
})

test('the classes are as unequal as in a season', () => {
  const counts = countLabels(5000)
  const most = counts.get('8') ?? 0
  expect(most / 5000).toBeGreaterThan(0.06)
  expect(most / 5000).toBeLessThan(0.1)
  expect(most / (counts.get('46') ?? 0)).toBeGreaterThan(15)
})

test('splits share out the count, and a plan is shuffled by seed and split', () => {
  expect(splitCounts(6000)).toEqual({ train: 5000, valid: 500, test: 500 })
  expect(splitCounts(61)).toEqual({ train: 51, valid: 5, test: 5 })
  const labels = (seed: number, split: 'train' | 'valid') =>
    planSplit(seed, split, 500).map((image) => image.label)
  expect(labels(1, 'train')).toEqual(labels(1, 'train'))
  expect(labels(1, 'train')).not.toEqual(labels(2, 'train'))
  expect(labels(1, 'train')).not.toEqual(labels(1, 'valid'))
  expect(labels(1, 'train').toSorted()).toEqual(labels(2, 'train').toSorted())
})
