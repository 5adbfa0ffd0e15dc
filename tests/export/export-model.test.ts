import { expect, test } from 'bun:test'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExportingSession, type ExportOptions, exportModel } from '../../ts/export/export-model.ts'
import type { ExportRequest } from '../../ts/native/spec.d.ts'
import { linearCheck, onnxFixtures } from './linear-check.ts'

const preprocessing: ExportOptions['preprocessing'] = {
  resize: [256],
  antialias: true,
  crop: [224, 224],
  mean: [0, 0, 0],
  std: [1, 1, 1],
}

/** Writes the fixtures where it is asked to, and says what they answer, or something else. */
function session(off = 0, asked: ExportRequest[] = []): ExportingSession {
  return {
    export: async (request) => {
      asked.push(request)
      copyFileSync(join(onnxFixtures, 'linear.onnx'), request.path)
      if (request.uint8) copyFileSync(join(onnxFixtures, 'linear.uint8.onnx'), request.uint8.path)
      const { inputs, shape, logits } = linearCheck(request.check_images)
      const file = (path: string) => ({ path, bytes: 1, sha256: 'c0ffee' })
      return {
        report: {
          model: file(request.path),
          uint8: request.uint8 && file(request.uint8.path),
          weights: 'ema',
          check_shape: shape,
          seconds: 0,
        },
        inputs,
        logits: logits.map((value) => value + off),
      }
    },
  }
}

function options(folder: string): ExportOptions {
  return {
    path: join(folder, 'model.onnx'),
    opset: 17,
    foldBn: true,
    weights: 'auto',
    inputSize: [2, 2],
    classes: ['a', 'b', 'c', 'd'],
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    preprocessing,
    loss: null,
    metadata: { run: 'x' },
    checkImages: 3,
  }
}

const temporary = (): string => mkdtempSync(join(tmpdir(), 'classifier-training-'))

test('files come to lie where they belong, and nothing else', async () => {
  const folder = join(temporary(), 'deep/er')
  const asked: ExportRequest[] = []
  const exported = await exportModel(session(0, asked), options(folder))
  expect(readdirSync(folder).sort()).toEqual(['labels_mapping.json', 'model.onnx', 'model.uint8.onnx'])
  expect(exported.files.every(existsSync)).toBe(true)
  expect(exported.report.model.path).toBe(join(folder, 'model.onnx'))
  expect(exported.report.uint8?.path).toBe(join(folder, 'model.uint8.onnx'))
  expect(exported.agreement.images).toBe(3)
  const mapping = JSON.parse(readFileSync(join(folder, 'labels_mapping.json'), 'utf8'))
  expect(mapping.model_sha256).toBe('c0ffee')
  expect(mapping.idx_to_class['3']).toBe('d')
  expect(asked[0]?.labels).toEqual(['a', 'b', 'c', 'd'])
  expect(asked[0]?.metadata).toEqual({ run: 'x' })
})

test('without preprocessing there is one file', async () => {
  const folder = temporary()
  await exportModel(session(), { ...options(folder), preprocessing: null })
  expect(readdirSync(folder).sort()).toEqual(['labels_mapping.json', 'model.onnx'])
})

test('a file that answers otherwise replaces nothing', async () => {
  const folder = temporary()
  const names = ['labels_mapping.json', 'model.onnx', 'model.uint8.onnx']
  for (const name of names) writeFileSync(join(folder, name), 'old')
  await expect(exportModel(session(0.01), options(folder))).rejects.toThrow(
    'does not answer as the trainer does',
  )
  expect(readdirSync(folder).sort()).toEqual(names)
  for (const name of names) expect(readFileSync(join(folder, name), 'utf8')).toBe('old')
})

test('a session that fails leaves nothing behind', async () => {
  const folder = temporary()
  const failing: ExportingSession = {
    export: async (request) => {
      writeFileSync(request.path, 'half')
      throw new Error('disk full')
    },
  }
  await expect(exportModel(failing, options(folder))).rejects.toThrow('disk full')
  expect(readdirSync(folder)).toEqual([])
})
