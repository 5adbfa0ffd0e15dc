import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { galleryRows, predictionGallery } from '../../ts/callbacks/prediction-gallery.ts'
import { sampleVisualization } from '../../ts/callbacks/sample-visualization.ts'
import { samplerDistribution } from '../../ts/callbacks/sampler-distribution.ts'
import { evenlySpread, scoredImages } from '../../ts/callbacks/scored-images.ts'
import { DataError } from '../../ts/errors/index.ts'
import type { SamplerSpec } from '../../ts/native/spec.d.ts'
import { epochEvent, evaluation, flatPicture, testRun, validationEvent } from './run-context.ts'
import { scratchDirectory } from './scratch-directory.ts'

const scratch = scratchDirectory()
// Rows: sure and right, sure and wrong, unsure and right, unsure and wrong.
const scored = evaluation(
  [
    [9, 0, 0],
    [8, 0, 0],
    [0, 0.2, 0],
    [0, 0, 0.1],
  ],
  [0, 1, 1, 0],
)

test('predictions and confidences come from the logits', () => {
  const images = scoredImages(scored, 3)
  expect(images.map(({ predictedClass }) => predictedClass)).toEqual([0, 0, 1, 2])
  expect(images[0]?.confidence).toBeCloseTo(Math.exp(9) / (Math.exp(9) + 2), 9)
})

test('samples are spread over the split', () => {
  expect(evenlySpread(100, 4)).toEqual([0, 25, 50, 75])
  expect(evenlySpread(3, 16)).toEqual([0, 1, 2])
  expect(evenlySpread(0, 16)).toEqual([])
})

test('the rows of a gallery', () => {
  const rows = galleryRows(scoredImages(scored, 3), 2)
  expect(rows.mistakes.map(({ row }) => row)).toEqual([1, 3])
  expect(rows.unsure.map(({ row }) => row)).toEqual([3, 2])
  expect(rows.sure.map(({ row }) => row)).toEqual([0, 2])
})

describe('sample visualization', () => {
  const create = (options = {}) => sampleVisualization.create(v.parse(sampleVisualization.schema, options))

  test('draws into the folder of the epoch and reads every picture once', async () => {
    const read: number[] = []
    const { context } = testRun({
      directory: scratch(),
      picture: async (_, sample) => {
        read.push(sample)
        return flatPicture(2000, 10, sample)
      },
    })
    const callback = create({ num_samples: 3 })
    for (const epoch of [0, 1]) {
      const actions = await callback.validationEnd?.(
        validationEvent(epoch, {}, { evaluation: scored }),
        context,
      )
      expect(actions).toMatchObject([{ kind: 'image', key: 'val/sample_predictions' }])
      expect(existsSync(join(scratch(), `epoch_00${epoch}`, 'sample_predictions.png'))).toBe(true)
    }
    expect(read).toEqual([0, 1, 2])
  })

  test('a picture that cannot be read is the data set’s fault', () => {
    const picture = () => Promise.reject(new DataError('0.jpg is broken'))
    const { context } = testRun({ directory: scratch(), picture })
    const drawn = create().validationEnd?.(validationEvent(0, {}, { evaluation: scored }), context)
    expect(Promise.resolve(drawn)).rejects.toThrow(DataError)
  })
})

test('the gallery is drawn every n epochs and for the test split', async () => {
  const { context } = testRun({ directory: scratch() })
  const callback = predictionGallery.create(v.parse(predictionGallery.schema, { every_n_epochs: 2 }))
  const at = (epoch: number, split: 'val' | 'test') =>
    callback.validationEnd?.(validationEvent(epoch, {}, { evaluation: scored, split }), context)
  expect(await at(0, 'val')).toBeUndefined()
  expect(await at(1, 'val')).toHaveLength(1)
  expect(await at(2, 'test')).toHaveLength(1)
  expect(existsSync(join(scratch(), 'epoch_001', 'prediction_gallery.png'))).toBe(true)
  expect(existsSync(join(scratch(), 'test', 'prediction_gallery.png'))).toBe(true)
})

test('the sampler is drawn every epoch where it is weighted, once where it is not', async () => {
  const callback = samplerDistribution.create(v.parse(samplerDistribution.schema, {}))
  const plain = testRun({ directory: scratch() }).context
  expect(await callback.epochEnd?.(epochEvent(0, {}), plain)).toHaveLength(1)
  expect(await callback.epochEnd?.(epochEvent(1, {}), plain)).toBeUndefined()
  const sampler: SamplerSpec = {
    kind: 'weighted',
    class_weights: [1, 1, 1],
    num_samples: null,
    replacement: true,
  }
  const loader = { ...plain.plan.train_loader, sampler }
  const weighted = testRun({ directory: scratch(), plan: { train_loader: loader } }).context
  expect(await callback.epochEnd?.(epochEvent(1, {}), weighted)).toHaveLength(1)
  expect(existsSync(join(scratch(), 'epoch_001', 'sampler_distribution.png'))).toBe(true)
})
