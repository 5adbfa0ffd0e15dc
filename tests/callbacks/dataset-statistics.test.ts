import { expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import * as v from 'valibot'
import { datasetStatistics } from '../../ts/callbacks/dataset-statistics.ts'
import { sizeInHeader } from '../../ts/callbacks/image-size.ts'
import { testRun } from './run-context.ts'
import { scratchDirectory } from './scratch-directory.ts'

const scratch = scratchDirectory()

test('writes counts, imbalance and sizes, and says them', async () => {
  const files = [
    [40, 30],
    [20, 10],
    [100, 50],
  ].map(([width = 1, height = 1], index) => {
    const path = join(scratch(), `${index}.jpg`)
    writeFileSync(path, createCanvas(width, height).toBuffer('image/jpeg'))
    return path
  })
  const { context, lines } = testRun({
    directory: scratch(),
    samples: 7,
    classes: ['cat\u001b[31m', 'dog', 'owl'],
  })
  const dataset = { ...context.dataset, paths: () => [...files, join(scratch(), 'missing.jpg')] }
  const callback = datasetStatistics.create(v.parse(datasetStatistics.schema, {}))
  const actions = await callback.runStart?.({ ...context, dataset })
  const written = JSON.parse(readFileSync(join(scratch(), 'dataset_statistics.json'), 'utf8'))
  expect(written.splits[0]).toEqual({
    split: 'train',
    samples: 7,
    images: 7,
    classes_present: 3,
    per_class: [3, 2, 2],
    imbalance_ratio: 1.5,
    image_sizes: { smallest: [20, 10], median: [40, 30], largest: [100, 50] },
  })
  expect(existsSync(join(scratch(), 'dataset_statistics.png'))).toBe(true)
  expect(actions).toMatchObject([
    { kind: 'image', key: 'dataset' },
    {
      kind: 'table',
      columns: ['class', 'train', 'val'],
      rows: [
        [context.classes[0], 3, 3],
        ['dog', 2, 2],
        ['owl', 2, 2],
      ],
    },
  ])
  const said = lines.at(-1)?.message ?? ''
  expect(said).toContain('1.5 : 1')
  expect(said).not.toContain('\u001b')
})

test('a thousand classes are not all logged', async () => {
  const classes = Array.from({ length: 1000 }, (_, index) => `c${index}`)
  const { context, lines } = testRun({ directory: scratch(), classes, samples: 1500 })
  await datasetStatistics.create(v.parse(datasetStatistics.schema, {})).runStart?.(context)
  expect(lines.at(-1)?.message).toContain('… 980 more')
  expect((lines.at(-1)?.message ?? '').split('\n').length).toBeLessThan(70)
})

test.each(['image/png', 'image/jpeg', 'image/webp'] as const)('the size in the header of %s', (type) => {
  const canvas = createCanvas(123, 45)
  canvas.getContext('2d').fillRect(0, 0, 50, 20)
  const bytes = type === 'image/png' ? canvas.toBuffer(type) : canvas.toBuffer(type, 80)
  expect(sizeInHeader(bytes)).toEqual([123, 45])
})

test('GIF and BMP headers, and files that are no pictures', () => {
  const gif = Buffer.alloc(30)
  gif.write('GIF89a', 'latin1')
  gif.writeUInt16LE(300, 6)
  gif.writeUInt16LE(200, 8)
  expect(sizeInHeader(gif)).toEqual([300, 200])
  const bmp = Buffer.alloc(30)
  bmp.write('BM', 'latin1')
  bmp.writeInt32LE(64, 18)
  bmp.writeInt32LE(-48, 22)
  expect(sizeInHeader(bmp)).toEqual([64, 48])
  expect(sizeInHeader(Buffer.from('not a picture at all, but text of some length'))).toBeUndefined()
  expect(sizeInHeader(Buffer.alloc(0))).toBeUndefined()
  expect(sizeInHeader(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(40)]))).toBeUndefined()
})
