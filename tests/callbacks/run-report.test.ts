import { expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { runReport } from '../../ts/callbacks/run-report.ts'
import { evaluation, testRun, validationEvent } from './run-context.ts'
import { scratchDirectory } from './scratch-directory.ts'

const scratch = scratchDirectory()
const create = () => runReport.create(v.parse(runReport.schema, { num_images: 2 }))
const scored = evaluation(
  [
    [9, 0, 0],
    [0, 3, 0],
    [0, 0.2, 0],
  ],
  [0, 2, 1],
)
const kept = () => JSON.parse(readFileSync(join(scratch(), 'report', 'val.json'), 'utf8'))
const validation = (epoch: number, accuracy: number) =>
  validationEvent(epoch, { 'val/acc_top1': accuracy }, { evaluation: scored })

test('keeps the best validation and writes the page at the end', async () => {
  const { context } = testRun({ directory: scratch() })
  const callback = create()
  await callback.validationEnd?.(validation(0, 0.5), context)
  await callback.validationEnd?.(validation(1, 0.7), context)
  await callback.validationEnd?.(validation(2, 0.6), context)
  expect(kept()).toMatchObject({
    epoch: 1,
    images: 3,
    samples: { paths: ['val/0.jpg', 'val/1.jpg', 'val/2.jpg'], labels: [0, 2, 1], predicted: [0, 1, 1] },
    pairs: [{ trueClass: 2, predictedClass: 1, count: 1, share: 1 }],
  })
  expect(kept().top_losses.map(({ path }: { path: string }) => path)).toEqual(['val/1.jpg', 'val/2.jpg'])
  const { plan, summary, model } = context
  const file = { plan, data: summary, device: model.device, precision: model.precision, versions: {} }
  writeFileSync(join(scratch(), 'plan.json'), JSON.stringify(file))
  writeFileSync(
    join(scratch(), 'metrics.jsonl'),
    '{"epoch":0,"step":4,"time":1,"val/loss":2}\n{"epoch":1,"step":8,"time":2,"val/loss":1}\n{"epoch":2,"st',
  )
  await callback.runEnd?.({ status: 'completed', position: { epoch: 3, batch: 0, step: 12 } }, context)
  const page = readFileSync(join(scratch(), 'report.html'), 'utf8')
  expect(page).toContain('val 1<')
  expect(page).toContain('weights of epoch 1')
})

test('a resumed run does not take a worse validation for the best', async () => {
  const { context } = testRun({ directory: scratch() })
  const first = create()
  await first.validationEnd?.(validation(0, 0.9), context)
  const second = create()
  second.restore?.(JSON.parse(JSON.stringify(first.state?.())))
  await second.validationEnd?.(validation(1, 0.8), context)
  expect(kept().epoch).toBe(0)
})

test('the sanity check and a metric that is not there leave nothing', async () => {
  const { context } = testRun({ directory: scratch() })
  await create().validationEnd?.({ ...validation(0, 0.9), sanity: true }, context)
  await create().validationEnd?.(validationEvent(0, {}, { evaluation: scored }), context)
  expect(existsSync(join(scratch(), 'report'))).toBe(false)
})
