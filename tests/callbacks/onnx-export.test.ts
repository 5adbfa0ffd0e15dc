import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { ema } from '../../ts/callbacks/ema.ts'
import { onnxExport } from '../../ts/callbacks/onnx-export.ts'
import { epochEvent, testRun, trainReport } from './run-context.ts'

const create = (options = {}) => onnxExport.create(v.parse(onnxExport.schema, options))
const end = (status: 'completed' | 'stopped' | 'interrupted' | 'failed') => ({
  status,
  position: { epoch: 1, batch: 0, step: 4 },
})

test('exports the best checkpoint when the run ends by itself', () => {
  const { context } = testRun({ directory: '/runs/a' })
  expect(
    create({ output_dir: 'onnx', opset_version: 18, fold_bn: false }).runEnd?.(end('completed'), context),
  ).toEqual([
    {
      kind: 'export',
      directory: '/runs/a/onnx',
      opset: 18,
      foldBn: false,
      inputSize: [224, 224],
      from: 'best',
    },
  ])
  expect(create().runEnd?.(end('stopped'), context)).toMatchObject([
    { directory: '/runs/a', opset: 17, foldBn: true },
  ])
  expect(create().runEnd?.(end('interrupted'), context)).toBeUndefined()
  expect(create().runEnd?.(end('failed'), context)).toBeUndefined()
})

test('another size than the trained one is asked for, and said', () => {
  const { context, lines } = testRun()
  create({ input_height: 224, input_width: 224 }).runStart?.(context)
  expect(lines).toHaveLength(0)
  create({ input_height: 64, input_width: 64 }).runStart?.(context)
  expect(lines.at(-1)?.message).toContain('64 × 64')
  const [action] = [create({ input_width: 96 }).runEnd?.(end('completed'), context)].flat()
  expect(action).toMatchObject({ inputSize: [224, 96] })
})

test('an opset that cannot be written is refused', () => {
  expect(v.safeParse(onnxExport.schema, { opset_version: 9 }).success).toBe(false)
})

test('the decay of averaged weights is logged where they are on', () => {
  const callback = ema.create(v.parse(ema.schema, {}))
  const { context } = testRun()
  expect(callback.epochEnd?.(epochEvent(0, {}), context)).toBeUndefined()
  const { last } = trainReport(0, 4, 4)
  const train = { last: { ...last, ema_decay: 0.5 } }
  expect(callback.epochEnd?.(epochEvent(0, {}, { train }), context)).toEqual([
    { kind: 'log', scalars: { 'ema/decay': 0.5 } },
  ])
})
