import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cli, json, scratch, smallData, smallTraining } from './cli.ts'

setDefaultTimeout(300_000)

const folder = scratch()
const run = join(folder, 'run')
let data = ''
let bad = ''

type Row = Record<string, unknown>
const rowsOf = (file: string): Row[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)

beforeAll(async () => {
  data = await smallData(folder)
  const train = rowsOf(join(data, 'train', 'annotations.jsonl'))
  bad = `train/${train[5]?.image}`
  writeFileSync(join(data, bad), 'no image')
  const file = join(data, 'valid', 'annotations.jsonl')
  const valid = rowsOf(file).map(({ image, prefix, suffix }, row) => ({
    image,
    prefix,
    suffix,
    ...(row === 0 ? { camera: 'north 🏟', frame: 7 } : {}),
  }))
  writeFileSync(file, valid.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const { code, stderr } = await cli(
    smallTraining(data, run, 'trainer.max_epochs=1', 'data.on_error=skip', 'callbacks=none'),
    folder,
  )
  if (code !== 0) throw new Error(stderr)
})

describe('what annotations say', () => {
  test('a bad image is skipped and named in the summary', async () => {
    const { status, skipped_images } = await json(join(run, 'summary.json'))
    expect(status).toBe('completed')
    expect(skipped_images.map(({ path }: { path: string }) => path)).toEqual([bad])
  })

  test('unknown fields are in the rows of evaluate', async () => {
    const output = join(folder, 'evaluation')
    const words = ['evaluate', `model=${run}`, 'data.split=val', `output=${output}`]
    expect((await cli(words, folder)).code).toBe(0)
    const rows = rowsOf(join(output, 'annotations.jsonl'))
    const told = rows.filter(({ metadata }) => metadata !== undefined)
    expect(told.map(({ metadata }) => metadata)).toEqual([{ camera: 'north 🏟', frame: 7 }])
  })

  test('and beside the arrays of batches', async () => {
    const output = join(folder, 'batches')
    const words = smallTraining(data, join(folder, 'unused'), `output=${output}`, 'split=val', 'count=8')
    expect((await cli(['batches', ...words.slice(1)], folder)).code).toBe(0)
    const rows = readFileSync(join(output, 'metadata.jsonl'), 'utf8').trim().split('\n')
    expect(rows).toHaveLength(8)
    expect(rows.filter((row) => row !== 'null')).toEqual(['{"camera":"north 🏟","frame":7}'])
  })
})
