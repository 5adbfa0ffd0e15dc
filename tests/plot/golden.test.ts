import { test } from 'bun:test'
import { classDistributionPlot } from '../../ts/plot/class-distribution.ts'
import { confusionMatrixPlot } from '../../ts/plot/confusion-matrix.ts'
import { contactSheetPlot } from '../../ts/plot/contact-sheet.ts'
import { gradCamSheetPlot } from '../../ts/plot/grad-cam-sheet.ts'
import { predictionGalleryPlot } from '../../ts/plot/prediction-gallery.ts'
import { reliabilityDiagramPlot } from '../../ts/plot/reliability-diagram.ts'
import { sampleGridPlot } from '../../ts/plot/sample-grid.ts'
import { samplerDistributionPlot } from '../../ts/plot/sampler-distribution.ts'
import { trainingHistoryPlot } from '../../ts/plot/training-history.ts'
import { expectGolden } from './golden-image.ts'
import { bandedConfusion, gradientPicture, historyOf, prediction, warmSpot } from './plot-inputs.ts'

const wrong = prediction({ predictedName: 'dog', confidence: 0.61, correct: false })

test('confusion matrix', async () => {
  const classes = ['cat', 'dog', 'snow leopard']
  const input = { classes, confusion: bandedConfusion(3), caption: 'Validation, epoch 3' }
  await expectGolden('confusion-matrix', await confusionMatrixPlot(input))
})

test('training history', async () => {
  await expectGolden('training-history', await trainingHistoryPlot(historyOf(6)))
})

test('sample grid', async () => {
  const samples = [prediction(), wrong, prediction({ picture: gradientPicture(8, 40) })]
  await expectGolden('sample-grid', await sampleGridPlot({ samples, caption: 'Validation, epoch 3' }))
})

test('prediction gallery', async () => {
  const sections = [
    { title: 'Confident mistakes', note: 'wrong, the surest first', samples: [wrong, wrong], emptyText: '' },
    { title: 'Most confident', note: 'right', samples: [], emptyText: 'Nothing was right.' },
  ]
  await expectGolden('prediction-gallery', await predictionGalleryPlot({ sections, caption: 'Test' }))
})

test('contact sheet', async () => {
  const pictures = Array.from({ length: 6 }, (_, index) => ({
    picture: gradientPicture(20, 20),
    name: `number ${index}`,
  }))
  await expectGolden(
    'contact-sheet',
    await contactSheetPlot({ title: 'Batches', subtitle: 'Epoch 0', pictures }),
  )
})

test('Grad-CAM sheet', async () => {
  const samples = [{ ...wrong, heat: warmSpot() }]
  await expectGolden('grad-cam-sheet', await gradCamSheetPlot({ samples, caption: 'Validation' }))
})

test('class distribution', async () => {
  const splits = [
    { split: 'train', counts: [300, 120, 45] },
    { split: 'val', counts: [30, 12, 0] },
  ] as const
  await expectGolden('class-distribution', await classDistributionPlot({ classes: ['a', 'b', 'c'], splits }))
})

test('sampler distribution', async () => {
  const input = {
    classes: ['a', 'b', 'c'],
    drawn: [98, 110, 92],
    expected: [100, 100, 100],
    caption: 'Epoch 0, weighted',
  }
  await expectGolden('sampler-distribution', await samplerDistributionPlot(input))
})

test('reliability diagram', async () => {
  const bins = Array.from({ length: 15 }, (_, index) => ({
    count: index * 3,
    confidence: (index + 0.5) / 15,
    accuracy: ((index + 0.5) / 15) ** 1.3,
  }))
  await expectGolden(
    'reliability-diagram',
    await reliabilityDiagramPlot({ bins, caption: 'Validation, epoch 3' }),
  )
})
