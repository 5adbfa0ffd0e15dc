import { expect, test } from 'bun:test'
import { preprocessingAt } from '../../ts/export/preprocessing-at.ts'
import type { ExportPreprocessing } from '../../ts/native/spec.d.ts'

const usual: ExportPreprocessing = {
  resize: [256],
  antialias: true,
  crop: [224, 224],
  mean: [0, 0, 0],
  std: [1, 1, 1],
}

test('the resize keeps its ratio to the crop', () => {
  expect(preprocessingAt(usual, [224, 224], [112, 112])).toEqual({
    ...usual,
    resize: [128],
    crop: [112, 112],
  })
  // The shorter side of any image must still hold the longer side of the crop.
  expect(preprocessingAt(usual, [224, 224], [112, 224])).toMatchObject({ resize: [256], crop: [112, 224] })
  const squeezed = { ...usual, resize: [96, 64], crop: null }
  expect(preprocessingAt(squeezed, [96, 64], [48, 128])).toMatchObject({ resize: [48, 128], crop: null })
})

test('the trained size changes nothing, and a crop alone becomes the size', () => {
  expect(preprocessingAt(usual, [224, 224], [224, 224])).toBe(usual)
  const cropped = { ...usual, resize: null }
  expect(preprocessingAt(cropped, [224, 224], [64, 64])).toMatchObject({ resize: null, crop: [64, 64] })
})
