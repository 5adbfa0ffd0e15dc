import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { gradCam, shownImages } from '../../ts/callbacks/grad-cam.ts'
import { scoredImages } from '../../ts/callbacks/scored-images.ts'
import type { HeatMapRequest } from '../../ts/native/spec.d.ts'
import { evaluation, testRun, validationEvent } from './run-context.ts'
import { scratchDirectory } from './scratch-directory.ts'

const scratch = scratchDirectory()
const create = (options = {}) => gradCam.create(v.parse(gradCam.schema, options))
// Rows: right, wrong and sure, right, wrong and unsure, right.
const scored = evaluation(
  [
    [9, 0, 0],
    [8, 0, 0],
    [0, 3, 0],
    [0, 0, 0.1],
    [0, 0, 4],
  ],
  [0, 1, 1, 0, 2],
)

test('half are mistakes, the surest first; the rest is spread over what was right', () => {
  const images = scoredImages(scored, 3)
  const rows = (count: number) => shownImages(images, count).map(({ row }) => row)
  expect(rows(4)).toEqual([1, 3, 0, 2])
  expect(rows(3)).toEqual([1, 0, 2])
  // Where there is too little of one kind the other fills up.
  expect(rows(12)).toEqual([1, 3, 0, 2, 4])
  expect(rows(0)).toEqual([])
})

test('asks for the predicted class of each image and draws into the folder of the epoch', async () => {
  const asked: unknown[] = []
  const event = validationEvent(3, {}, { evaluation: scored })
  const { context } = testRun({ directory: scratch() })
  const heatMaps = (request: Omit<HeatMapRequest, 'split' | 'weights'>) => {
    asked.push(request)
    return event.heatMaps(request)
  }
  const actions = await create({ num_samples: 2, layer: 'layer2' }).validationEnd?.(
    { ...event, heatMaps },
    context,
  )
  expect(asked).toEqual([{ samples: [1, 0], targets: [0, 0], layer: 'layer2' }])
  const path = join(scratch(), 'epoch_003', 'grad_cam.png')
  expect(actions).toMatchObject([{ kind: 'image', key: 'val/grad_cam', path }])
  expect(existsSync(path)).toBe(true)
})

test('draws every n-th epoch, the test always, and the sanity check never', async () => {
  const { context } = testRun({ directory: scratch() })
  const callback = create({ every_n_epochs: 2 })
  const drawn = async (changes: Parameters<typeof validationEvent>[2], epoch = 0) =>
    (await callback.validationEnd?.(
      validationEvent(epoch, {}, { evaluation: scored, ...changes }),
      context,
    )) !== undefined
  expect(await drawn({})).toBe(false)
  expect(await drawn({}, 1)).toBe(true)
  expect(await drawn({ sanity: true }, 1)).toBe(false)
  expect(await drawn({ split: 'test' })).toBe(true)
  expect(existsSync(join(scratch(), 'test', 'grad_cam.png'))).toBe(true)
})

test('a validation without labelled images asks nothing', async () => {
  const { context } = testRun({ directory: scratch() })
  const event = validationEvent(0, {}, { evaluation: evaluation([[1, 0, 0]], [-1]) })
  const heatMaps = () => Promise.reject(new Error('asked'))
  expect(await create().validationEnd?.({ ...event, heatMaps }, context)).toHaveLength(1)
})
