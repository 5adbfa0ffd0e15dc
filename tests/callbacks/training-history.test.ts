import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { trainingHistory } from '../../ts/callbacks/training-history.ts'
import { History } from '../../ts/train/history.ts'
import { epochEvent, testRun } from './run-context.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'training-history-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const create = () => trainingHistory.create(v.parse(trainingHistory.schema, {}))
const written = () =>
  JSON.parse(readFileSync(join(directory, 'training_history', 'history.json'), 'utf8')).epochs

test('writes a picture and all epochs, the one that just ended included once', async () => {
  const history = new History()
  const { context } = testRun({ directory, history })
  const callback = create()
  for (const epoch of [0, 1, 2]) {
    const scalars = { 'val/loss': 3 - epoch, 'train/loss_epoch': 2 - epoch / 2 }
    if (epoch !== 1) history.add({ epoch, step: (epoch + 1) * 4, scalars })
    const actions = await callback.epochEnd?.(epochEvent(epoch, scalars), context)
    if (epoch === 1) history.add({ epoch, step: 8, scalars })
    expect(actions).toMatchObject([{ kind: 'image', key: 'training_history' }])
  }
  expect(existsSync(join(directory, 'training_history', 'training_history.png'))).toBe(true)
  expect(written()).toEqual([
    { epoch: 0, step: 4, learning_rate: 1e-3, 'val/loss': 3, 'train/loss_epoch': 2 },
    { epoch: 1, step: 8, learning_rate: 1e-3, 'val/loss': 2, 'train/loss_epoch': 1.5 },
    { epoch: 2, step: 12, learning_rate: 1e-3, 'val/loss': 1, 'train/loss_epoch': 1 },
  ])
})

test('is whole after a resume', async () => {
  const first = create()
  const before = testRun({ directory, history: new History() }).context
  await first.epochEnd?.(epochEvent(0, { 'val/loss': 3 }), before)
  const second = create()
  second.restore?.(JSON.parse(JSON.stringify(first.state?.())))
  const history = new History([{ epoch: 0, step: 4, scalars: { 'val/loss': 3 } }])
  await second.epochEnd?.(epochEvent(1, { 'val/loss': 2 }), testRun({ directory, history }).context)
  expect(written().map((row: { learning_rate: number }) => row.learning_rate)).toEqual([1e-3, 1e-3])
})

test('an epoch without any metric is drawn too', async () => {
  await create().epochEnd?.(epochEvent(0, {}, { evaluation: null }), testRun({ directory }).context)
  expect(written()).toEqual([{ epoch: 0, step: 4, learning_rate: 1e-3 }])
})

test('a folder that is called so already is not nested in itself', async () => {
  const options = v.parse(trainingHistory.schema, { output_dir: join(directory, 'training_history') })
  await trainingHistory.create(options).epochEnd?.(epochEvent(0, {}), testRun({ directory }).context)
  expect(written()).toHaveLength(1)
})
