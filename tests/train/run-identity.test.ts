import { expect, test } from 'bun:test'
import type { DatasetSummary } from '../../ts/native/spec.d.ts'
import { identityDifferences, trainingData } from '../../ts/train/run-identity.ts'

const data = (classes: string[], per_class: number[]): string =>
  trainingData({
    classes,
    splits: [
      { split: 'train', samples: per_class.reduce((a, b) => a + b), per_class },
    ] as DatasetSummary['splits'],
  })

test('differences are named by the keys of the configuration, each once', () => {
  const plan = (rate: number, batch: number) => ({
    train: { optimizer: { learning_rate: rate }, mix: null },
    train_loader: { batch_size: batch },
    eval_loader: { batch_size: batch },
  })
  const before = { plan: plan(0.1, 8), data: undefined }
  expect(identityDifferences(before, { ...before, plan: plan(0.2, 16) })).toEqual([
    { key: 'model.learning_rate', before: 0.1, now: 0.2 },
    { key: 'data.batch_size', before: 8, now: 16 },
  ])
  expect(identityDifferences(before, { ...before })).toEqual([])
})

test('other training images are another run; what was not written down is not compared', () => {
  const before = { plan: {}, data: data(['a', 'b'], [3, 4]) }
  const found = identityDifferences(before, { plan: {}, data: data(['a', 'c'], [3, 4]) })
  expect(found).toMatchObject([{ key: 'data.data_root' }])
  expect(String(found[0]?.now)).toStartWith('7 training images of 2 classes, ')
  expect(identityDifferences(before, { plan: {}, data: data(['a', 'b'], [4, 3]) })).toHaveLength(1)
  expect(identityDifferences(before, { plan: {}, data: data(['a', 'b'], [3, 4]) })).toEqual([])
  expect(identityDifferences({ plan: {}, data: undefined }, before)).toEqual([])
})
