import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { modelInfo } from '../../ts/callbacks/model-info.ts'
import { modelSummary } from '../../ts/callbacks/model-summary.ts'
import costs from '../fixtures/model-cost/costs.json'
import { testRun } from './run-context.ts'
import { scratchDirectory } from './scratch-directory.ts'

const scratch = scratchDirectory()
const parameters = costs.resnet18.parameters.map(([name, shape]) => ({
  name: String(name),
  shape: shape as number[],
  trainable: true,
}))
const read = (name: string) => JSON.parse(readFileSync(join(scratch(), name), 'utf8'))

test('writes what the network costs and how its classes are numbered', async () => {
  const { context, lines } = testRun({
    directory: scratch(),
    classes: ['a/b', '<script>', '__proto__'],
    model: { parameters },
  })
  const actions = await modelInfo.create(v.parse(modelInfo.schema, {})).runStart?.(context)
  expect(read('model_info.json')).toMatchObject({
    architecture: 'resnet18',
    parameters: 11689512,
    trainable: 11689512,
    macs: 1814073344,
    flops: 3628146688,
    size_bytes: { float32: 46758048, bfloat16: 23379024 },
  })
  expect(read('labels_mapping.json')).toMatchObject({
    num_classes: 3,
    idx_to_class: { '0': 'a/b', '1': '<script>', '2': '__proto__' },
    model_sha256: null,
  })
  expect(actions).toMatchObject([{ kind: 'table', key: 'model' }])
  expect(lines.at(-1)?.message).toContain('1.814 GMACs at 224 × 224')
})

test('a network of unknown layers is said to be so, its parameters are counted all the same', async () => {
  const { context, lines } = testRun({
    directory: scratch(),
    model: { parameters: [{ name: 'blocks.0.weight', shape: [4, 5], trainable: false }] },
  })
  expect(await modelInfo.create(v.parse(modelInfo.schema, {})).runStart?.(context)).toBeUndefined()
  expect(read('model_info.json')).toMatchObject({ parameters: 20, trainable: 0, macs: null })
  expect(lines.at(-1)?.level).toBe('warn')
})

test('the summary logs a row a stage or a row a layer', () => {
  const { context, lines } = testRun({ model: { parameters } })
  for (const max_depth of [1, 2, 0])
    modelSummary.create(v.parse(modelSummary.schema, { max_depth })).runStart?.(context)
  expect(lines).toHaveLength(2)
  expect(lines[0]?.message).toContain('layer4')
  expect(lines[1]?.message).toContain('layer4.1.conv2')
})
