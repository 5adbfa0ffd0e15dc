import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { confusionMatrix } from '../../ts/callbacks/confusion-matrix.ts'
import { evaluation, testRun, validationEvent } from './run-context.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'confusion-matrix-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

type Options = v.InferInput<typeof confusionMatrix.schema>
const create = (options: Options = {}) => confusionMatrix.create(v.parse(confusionMatrix.schema, options))
const result = evaluation(
  [
    [2, 0, 0],
    [0, 2, 0],
  ],
  [0, 2],
)

test('draws into the folder of the epoch', async () => {
  const { context } = testRun({ directory })
  const actions = await create().validationEnd?.(validationEvent(7, {}, { evaluation: result }), context)
  const path = join(directory, 'epoch_007', 'confusion_matrix.png')
  expect(actions).toEqual([
    { kind: 'image', key: 'val/confusion_matrix', path, caption: 'Validation, epoch 7' },
  ])
  expect(existsSync(path)).toBe(true)
})

test('the test split has a folder of its own, the sanity check has none', async () => {
  const { context } = testRun({ directory })
  const callback = create({ output_dir: 'pictures' })
  expect(await callback.validationEnd?.(validationEvent(0, {}, { sanity: true }), context)).toBeUndefined()
  await callback.validationEnd?.(validationEvent(0, {}, { split: 'test', evaluation: result }), context)
  expect(existsSync(join(directory, 'pictures', 'test', 'confusion_matrix.png'))).toBe(true)
  expect(existsSync(join(directory, 'pictures', 'epoch_000'))).toBe(false)
})

test('class names of another number than the classes are said and not used', () => {
  const { context, lines } = testRun({ directory })
  create({ class_names: ['a'] }).runStart?.(context)
  expect(lines.map(({ message }) => message)).toEqual([expect.stringMatching(/1 names.*3 classes/)])
})
