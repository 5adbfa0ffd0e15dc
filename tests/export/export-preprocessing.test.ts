import { expect, test } from 'bun:test'
import { exportPreprocessing } from '../../ts/export/export-preprocessing.ts'
import type { Transform } from '../../ts/native/spec.d.ts'

const resize: Transform = {
  kind: 'resize',
  size: [256],
  interpolation: 'bilinear',
  max_size: null,
  antialias: true,
}
const crop: Transform = { kind: 'center_crop', size: [224, 192] }
const toFloat: Transform = { kind: 'to_dtype', dtype: 'float32', scale: true }
const normalize: Transform = { kind: 'normalize', mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] }

test('the usual validation pipeline', () => {
  const expected = {
    resize: [256],
    antialias: true,
    crop: [224, 192],
    mean: [0.1, 0.2, 0.3],
    std: [0.4, 0.5, 0.6],
  }
  const nested: Transform = { kind: 'compose', transforms: [{ kind: 'to_image' }, toFloat, normalize] }
  expect(exportPreprocessing([resize, crop, nested])).toEqual({ preprocessing: expected } as never)
})

test('steps that are missing', () => {
  const { preprocessing } = exportPreprocessing([{ ...resize, antialias: false }, toFloat])
  expect(preprocessing).toEqual({
    resize: [256],
    antialias: false,
    crop: null,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  })
})

test('what a graph cannot do is named', () => {
  const problem = (...steps: Transform[]): string | undefined => exportPreprocessing(steps).problem
  expect(problem({ ...resize, interpolation: 'bicubic' })).toBe('a bicubic resize')
  expect(problem({ ...resize, max_size: 300 })).toContain('largest size')
  expect(problem(crop, resize)).toContain('resize twice or out of the order')
  expect(problem(normalize, crop)).toContain('center_crop twice')
  expect(problem(normalize, normalize)).toContain('normalize twice')
  expect(problem(resize, { kind: 'random_horizontal_flip', p: 0.5 })).toBe(
    'the transform random_horizontal_flip',
  )
  expect(problem({ ...toFloat, scale: false })).toContain('without scaling')
  expect(problem({ ...toFloat, dtype: 'float16' })).toContain('float16')
})
