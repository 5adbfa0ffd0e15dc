import { describe, expect, test } from 'bun:test'
import { annotatedPicturePlot } from '../../ts/plot/annotated-picture.ts'
import { classDistributionPlot } from '../../ts/plot/class-distribution.ts'
import { confusionMatrixPlot } from '../../ts/plot/confusion-matrix.ts'
import { contactSheetPlot } from '../../ts/plot/contact-sheet.ts'
import { gradCamSheetPlot } from '../../ts/plot/grad-cam-sheet.ts'
import { predictionGalleryPlot } from '../../ts/plot/prediction-gallery.ts'
import { reliabilityDiagramPlot } from '../../ts/plot/reliability-diagram.ts'
import { sampleGridPlot } from '../../ts/plot/sample-grid.ts'
import { samplerDistributionPlot } from '../../ts/plot/sampler-distribution.ts'
import { trainingHistoryPlot } from '../../ts/plot/training-history.ts'
import {
  bandedConfusion,
  gradientPicture,
  historyOf,
  hostileNames,
  prediction,
  warmSpot,
} from './plot-inputs.ts'
import { hasCleanEdges, pixelsOf } from './png-pixels.ts'

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `class ${index}`)
const counts = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => 3 + ((index * 37) % 90))

/** A plot of a sensible size with nothing cut off at its edges. */
async function expectWhole(drawn: Promise<Uint8Array>, most = 6000): Promise<void> {
  const pixels = await pixelsOf(await drawn)
  expect(Math.max(pixels.width, pixels.height)).toBeLessThanOrEqual(most)
  expect(hasCleanEdges(pixels)).toBe(true)
}

describe('confusion matrix', () => {
  const draw = (classes: readonly string[], confusion: ArrayLike<number>) =>
    confusionMatrixPlot({ classes, confusion, caption: 'Validation, epoch 0' })

  test.each([1, 2, 43, 200, 1300])(
    '%p classes',
    async (count) => {
      await expectWhole(draw(numbered(count), bandedConfusion(count)))
    },
    20_000,
  )

  test('hostile names', () => expectWhole(draw(hostileNames, bandedConfusion(hostileNames.length))))
  test('one image, and none', async () => {
    await expectWhole(draw(['a', 'b'], [0, 1, 0, 0]))
    await expectWhole(draw(['a', 'b', 'c'], new Uint32Array(9)))
    await expectWhole(draw([], []))
  })
  test('counts of millions', () => expectWhole(draw(['a', 'b'], [1_234_567, 89_012, 12_345, 9_999_999])))
})

describe('training history', () => {
  test.each([0, 1, 2, 40, 300])('%p epochs', (epochs) => expectWhole(trainingHistoryPlot(historyOf(epochs))))

  test('values that are not finite, spikes and gaps', async () => {
    const input = historyOf(9)
    const valLoss = input.valLoss.map(([epoch, value]) => [epoch, epoch === 4 ? Number.NaN : value] as const)
    const trainLoss = input.trainLoss.map(([epoch, value]) => [epoch, epoch === 0 ? 1e6 : value] as const)
    await expectWhole(
      trainingHistoryPlot({
        ...input,
        valLoss,
        trainLoss,
        valAccuracy: input.valAccuracy.filter(([e]) => e % 3 === 2),
      }),
    )
    const never = input.valLoss.map(([epoch]) => [epoch, Number.POSITIVE_INFINITY] as const)
    await expectWhole(trainingHistoryPlot({ ...input, valLoss: never, trainLoss: [] }))
  })

  test('values that never change', async () => {
    const flat = historyOf(5).valLoss.map(([epoch]) => [epoch, 0] as const)
    await expectWhole(
      trainingHistoryPlot({
        trainLoss: flat,
        valLoss: flat,
        trainAccuracy: flat,
        valAccuracy: flat,
        valTop5: flat,
        learningRate: flat,
        caption: 'x'.repeat(400),
      }),
    )
  })
})

describe('sheets of pictures', () => {
  const hostile = hostileNames.map((name, index) =>
    prediction({
      trueName: name,
      predictedName: hostileNames[(index + 3) % 9] ?? '',
      correct: index % 2 === 0,
    }),
  )

  test.each([0, 1, 3, 16, 25, 100])('%p samples', (count) =>
    expectWhole(
      sampleGridPlot({ samples: Array.from({ length: count }, () => prediction()), caption: 'Validation' }),
    ),
  )

  test('hostile names and broken confidences', async () => {
    await expectWhole(sampleGridPlot({ samples: hostile, caption: 'Validation' }))
    await expectWhole(
      sampleGridPlot({ samples: [prediction({ confidence: Number.NaN })], caption: 'Validation' }),
    )
    await expectWhole(
      predictionGalleryPlot({
        sections: [{ title: 'T', note: 'n', samples: hostile, emptyText: '' }],
        caption: 'Test',
      }),
    )
    const pictures = hostile.map(({ picture, trueName }) => ({ picture, name: trueName }))
    await expectWhole(contactSheetPlot({ title: 'Batches', subtitle: '', pictures }))
    const samples = hostile.map((sample) => ({ ...sample, heat: warmSpot() }))
    await expectWhole(gradCamSheetPlot({ samples, caption: 'Validation' }))
  })

  test('nothing to show', async () => {
    await expectWhole(predictionGalleryPlot({ sections: [], caption: 'Test' }))
    await expectWhole(contactSheetPlot({ title: 'Batches', subtitle: '', pictures: [] }))
    await expectWhole(gradCamSheetPlot({ samples: [], caption: 'Validation' }))
    const cold = { width: 7, height: 7, values: new Float32Array(49) }
    await expectWhole(gradCamSheetPlot({ samples: [{ ...prediction(), heat: cold }], caption: 'Validation' }))
  })

  test('pictures of one pixel, very long ones and huge ones', async () => {
    const samples = [
      gradientPicture(1, 1),
      gradientPicture(500, 1),
      gradientPicture(1, 500),
      gradientPicture(1600, 1200),
    ]
    await expectWhole(
      sampleGridPlot({ samples: samples.map((picture) => prediction({ picture })), caption: 'Validation' }),
    )
  })
})

describe('an annotated picture', () => {
  test.each([
    [1, 1],
    [30, 48],
    [500, 2],
    [2, 500],
    [1600, 1200],
  ])('%p × %p pixels, hostile names', async (width, height) => {
    const predictions = hostileNames.map((label, index) => ({ label, confidence: 1 / (index + 1) }))
    const picture = gradientPicture(width, height)
    const jpeg = await annotatedPicturePlot({ picture, predictions, heading: `${'x'.repeat(300)}.jpg` })
    const pixels = await pixelsOf(jpeg)
    expect(Math.max(pixels.width, pixels.height)).toBeLessThanOrEqual(2000)
    expect(pixels.width).toBeGreaterThanOrEqual(480)
  })

  test('no answers', async () => {
    const input = { picture: gradientPicture(40, 40), predictions: [], heading: 'a.jpg' }
    expect((await pixelsOf(await annotatedPicturePlot(input))).width).toBe(480)
  })
})

describe('distributions', () => {
  test.each([0, 1, 2, 43, 200, 1000])('%p classes', async (count) => {
    const classes = numbered(count)
    const splits = (['train', 'val', 'test'] as const).map((split) => ({ split, counts: counts(count) }))
    await expectWhole(classDistributionPlot({ classes, splits }))
    await expectWhole(classDistributionPlot({ classes, splits: splits.slice(0, 1) }))
    await expectWhole(
      samplerDistributionPlot({
        classes,
        drawn: counts(count),
        expected: counts(count).toReversed(),
        caption: 'Epoch 0',
      }),
    )
  })

  test('hostile names and empty classes', async () => {
    const empty = hostileNames.map(() => 0)
    await expectWhole(
      classDistributionPlot({ classes: hostileNames, splits: [{ split: 'train', counts: empty }] }),
    )
    await expectWhole(
      samplerDistributionPlot({ classes: hostileNames, drawn: empty, expected: empty, caption: 'Epoch 0' }),
    )
    await expectWhole(
      samplerDistributionPlot({ classes: ['a'], drawn: [5], expected: [0], caption: 'Epoch 0' }),
    )
  })

  test('reliability of one image, and of none', async () => {
    const bin = { count: 0, confidence: 0, accuracy: 0 }
    await expectWhole(reliabilityDiagramPlot({ bins: [], caption: 'Test' }))
    await expectWhole(reliabilityDiagramPlot({ bins: Array(15).fill(bin), caption: 'Test' }))
    const bins = [...Array(14).fill(bin), { count: 1, confidence: 1, accuracy: 1 }]
    await expectWhole(reliabilityDiagramPlot({ bins, caption: 'Test' }))
  })
})
