import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { crc32c } from '../../ts/logging/tensorboard/crc32c.ts'
import { readEvent } from '../../ts/logging/tensorboard/event.ts'
import { tfRecord, tfRecords } from '../../ts/logging/tensorboard/tf-record.ts'
import { tensorBoardLogger } from '../../ts/logging/tensorboard.ts'
import { pythonWith } from './reference-python.ts'
import { row, scratch, sinkContext, writePng } from './run-files.ts'

interface Read {
  readonly scalars: Record<string, [number, number, number][]>
  readonly images: Record<string, [number, number, number, string][]>
  readonly texts: Record<string, [number, string][]>
  readonly histograms: Record<string, [number, number[], number[], number][]>
  readonly hparams: Record<string, unknown>
}

function start(directory: string, resumedStep: number | null = null, options = {}) {
  const { context, lines } = sinkContext(directory, resumedStep)
  const sink = tensorBoardLogger.create(
    v.parse(tensorBoardLogger.schema, { save_dir: directory, name: 'tb', ...options }),
    context,
  )
  return { sink, lines }
}

const events = (folder: string) =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => [...tfRecords(readFileSync(join(folder, name)))].map(readEvent))

test('CRC-32C is the one of RFC 3720', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
})

test('records up to a damaged one are read', () => {
  const file = Buffer.concat([tfRecord(Buffer.from('one')), tfRecord(Buffer.from('two'))])
  expect([...tfRecords(file)].map((data) => Buffer.from(data).toString())).toEqual(['one', 'two'])
  file.writeUInt8(file.readUInt8(file.length - 6) ^ 1, file.length - 6)
  expect([...tfRecords(file)].length).toBe(1)
  expect([...tfRecords(file.subarray(0, 5))]).toEqual([])
})

test('an event is on the disk when the call returns', () => {
  const directory = scratch()
  const { sink } = start(directory)
  sink.row(row(5, { 'train/loss': 1.5 }))
  expect(events(join(directory, 'tb/version_0')).at(-1)).toEqual({
    step: 5,
    tags: ['train/loss', 'epoch'],
    restart: false,
  })
})

test('versions count up, a resumed run goes on in its own', async () => {
  const directory = scratch()
  for (const resumed of [null, null, 3]) {
    const { sink } = start(directory, resumed)
    sink.row(row(4, { a: 1 }))
    await sink.finish('completed', 0)
  }
  expect(readdirSync(join(directory, 'tb')).sort()).toEqual(['version_0', 'version_1'])
  expect(readdirSync(join(directory, 'tb/version_1')).length).toBe(2)
})

test('a picture that cannot be read is said once and loses nothing else', async () => {
  const directory = scratch()
  const { sink, lines } = start(directory)
  for (const step of [1, 2]) {
    sink.image?.({ key: 'val/grid', path: join(directory, 'none.png'), caption: undefined, epoch: 0, step })
    sink.row(row(step, { a: step }))
  }
  await sink.finish('completed', 0)
  expect(lines.length).toBe(2)
  expect(lines[0]).toContain('none.png')
  expect(lines[1]).toContain('2 failures')
  expect(events(join(directory, 'tb/version_0')).flatMap(({ tags }) => tags)).toContain('a')
})

test("TensorBoard's own reader finds what was logged, once, after a resume", async () => {
  const python = pythonWith('tensorboard')
  if (!python) return
  const directory = scratch()
  const first = start(directory, null, { prefix: 'p' })
  const png = writePng(join(directory, 'grid.png'), '#204080')
  const image = { key: 'val/grid', path: join(directory, 'grid.png'), caption: 'eight', epoch: 0 }
  for (let step = 1; step <= 8; step++) {
    if (step % 4 === 0) first.sink.image?.({ ...image, step })
    first.sink.row(row(step, { 'train/loss': 1 / step }))
  }
  first.sink.table?.({ key: 'val/pairs', columns: ['a', 'b'], rows: [['x|y', 3]], epoch: 0, step: 4 })
  const second = start(directory, 4, { prefix: 'p' })
  second.sink.image?.({ ...image, step: 4 })
  second.sink.row(row(4, { 'val/loss': 7 }))
  second.sink.histogram?.({ key: 'val/h', edges: [0, 0.5, 1], counts: [3, 4], epoch: 0, step: 5 })
  second.sink.text?.({ key: 'val/note', text: '# hi', epoch: 0, step: 5 })
  for (let step = 5; step <= 6; step++) second.sink.row(row(step, { 'train/loss': 10 + step }))
  await second.sink.finish('completed', 0)

  const folder = join(directory, 'tb/version_0')
  expect(existsSync(folder)).toBe(true)
  const { stdout, stderr } = Bun.spawnSync([python, join(import.meta.dir, 'read_events.py'), folder])
  const read = JSON.parse(stdout.toString() || `"${stderr}"`) as Read
  const losses = [1, 2, 3, 4].map((step) => [step, 1_700_000_000 + step / 4, Math.fround(1 / step)])
  const resumed = [5, 6].map((step) => [step, 1_700_000_000 + step / 4, 10 + step])
  expect(read.scalars['p-train/loss']).toEqual([...losses, ...resumed] as never)
  expect(read.scalars['p-val/loss']?.map(([step, , value]) => [step, value])).toEqual([[4, 7]])
  expect(read.scalars['p-epoch']?.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6])
  expect(read.images).toEqual({ 'p-val/grid': [[4, 12, 8, png.toString('base64')]] })
  expect(read.histograms).toEqual({ 'p-val/h': [[5, [0.5, 1], [3, 4], 0]] })
  expect(read.texts['p-val/note']).toEqual([[5, '# hi']])
  expect(read.texts['p-config']?.[0]?.[1]).toContain('| model.name | resnet18 |')
  expect(read.hparams).toMatchObject({
    seed: 42,
    'model.name': 'resnet18',
    'data.tags': '["a","b"]',
    _status: 1,
  })
  expect(read.hparams._declared).toContain('model.pretrained')
})
