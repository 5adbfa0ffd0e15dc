import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { generateJerseyNumbers } from '../../ts/generate/index.ts'
import { runDifferences } from '../../ts/verbs/run-differences.ts'
import { type CliResult, cli, json, scratch, shortTraining } from './cli.ts'

setDefaultTimeout(600_000)

const folder = scratch()
const data = join(folder, 'data')
const whole = join(folder, 'whole')

/** Seven steps in an epoch, a checkpoint after each third. */
const training = (run: string, ...more: string[]): string[] => [
  'train',
  `hydra.run.dir=${run}`,
  ...shortTraining(data, 3),
  '+callbacks.model_checkpoint.save_top_k=-1',
  ...more,
]

const injected = (rules: string, words: string[]): Promise<CliResult> =>
  cli(words, folder, { CLASSIFIER_TRAINING_INJECT: rules })

const lastOf = (run: string): string => readFileSync(join(run, 'checkpoints/last'), 'utf8').trim()

beforeAll(async () => {
  await generateJerseyNumbers({ output: data, count: 120, seed: 5, workers: 0 })
  const { code, stderr } = await cli(training(whole), folder)
  if (code !== 0) throw new Error(stderr)
})

afterAll(() => rmSync(folder, { recursive: true }))

async function expectWhole(run: string): Promise<void> {
  expect(await runDifferences(whole, run)).toEqual([])
}

test('a disk that fails again and again: said with exit code 4, and the run goes on from what was saved', async () => {
  const run = join(folder, 'disk')
  for (const [rules, said, hint] of [
    ['enospc@save.half:6', 'No space left', 'disk space'],
    ['eio@save.sync:2', 'Input/output error', 'can be written'],
    ['enospc@pointer.staged:2', 'ENOSPC', 'disk space'],
    ['enospc@metrics.before:5', 'ENOSPC', 'disk space'],
    ['erofs@save.folder', 'Read-only', 'can be written'],
  ] as const) {
    const { code, stderr } = await injected(rules, training(run))
    expect([rules, code, stderr]).toEqual([rules, 4, expect.stringContaining(said)])
    expect(stderr).toContain(hint)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect((await json(join(run, 'summary.json'))).status).toBe('failed')
    const checkpoints = join(run, 'checkpoints')
    expect(readdirSync(checkpoints).filter((name) => name.startsWith('.'))).toEqual([])
    expect(existsSync(join(checkpoints, lastOf(run), 'COMMIT.json'))).toBe(true)
  }
  expect((await cli(training(run), folder)).code).toBe(0)
  await expectWhole(run)
})

test('damaged checkpoints are refused by name and reason, and the newest good one is used', async () => {
  const run = join(folder, 'damaged')
  await injected('kill@pointer.done:4', training(run))
  const checkpoints = join(run, 'checkpoints')
  const names = readdirSync(checkpoints)
    .filter((name) => existsSync(join(checkpoints, name, 'COMMIT.json')))
    .sort((a, b) => stepOf(b) - stepOf(a))
  expect(names.length).toBeGreaterThanOrEqual(4)
  const path = (place: number, file: string): string => join(checkpoints, names[place] ?? '', file)

  for (const place of names.keys()) flip(path(place, 'model.safetensors'))
  const none = await cli(training(run), folder)
  expect(none.code).toBe(4)
  for (const name of names) expect(none.stderr).toContain(name)
  expect(none.stderr).toContain('resume=never')
  for (const place of names.keys()) flip(path(place, 'model.safetensors'))

  flip(path(0, 'optimizer.safetensors'))
  truncateSync(path(1, 'model.safetensors'), 1000)
  writeFileSync(path(2, 'state.json'), '{ "torn": ')
  const { code, stderr } = await cli(training(run), folder)
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining(`${path(0, 'optimizer.safetensors')} does not have`),
  ])
  expect(stderr).toContain(`${path(1, 'model.safetensors')} has 1000 bytes`)
  expect(stderr).toContain(path(2, 'state.json'))
  expect(stderr).toContain(`step ${stepOf(names[3] ?? '')}`)
  await expectWhole(run)
})

test.skipIf(process.getuid?.() === 0)('a folder that may not be written is named (not as root)', async () => {
  const run = join(folder, 'read-only')
  await injected('kill@pointer.done:1', training(run))
  chmodSync(join(run, 'checkpoints'), 0o500)
  const { code, stderr } = await cli(training(run), folder)
  chmodSync(join(run, 'checkpoints'), 0o700)
  expect([code, stderr]).toEqual([4, expect.stringContaining(join(run, 'checkpoints'))])
})

describe('a run that leaves the finite numbers', () => {
  test('ends with exit code 6 and names step, rate, images and the last good checkpoint', async () => {
    const run = join(folder, 'diverged')
    const { code, stderr } = await injected('nan@train.input:6', training(run))
    expect(code).toBe(6)
    expect(stderr).toMatch(/loss became NaN in epoch 0, batch 5 \(optimizer step 5, learning rate [\d.e-]+\)/)
    expect(stderr).toMatch(/its images: \S+\.jpg, .* and 8 more/)
    expect(stderr).toContain(
      `the last good checkpoint is ${join(run, 'checkpoints', lastOf(run))} (epoch 0, optimizer step 3)`,
    )
    const { status, details } = await json(join(run, 'summary.json'))
    expect([status, details.step, details.files.length]).toEqual(['failed', 5, 16])
    expect(readFileSync(join(run, 'log.jsonl'), 'utf8')).toContain('became NaN')
  })

  test('also where only the gradient does, in the step before a save', async () => {
    const run = join(folder, 'poisoned')
    const words = training(run, 'trainer.gradient_clip_val=null')
    const { code, stderr } = await injected('nan@train.gradient:6', words)
    expect([code, stderr]).toEqual([6, expect.stringContaining('is not saved')])
    expect(stderr).toContain('optimizer step 3)')
  })
})

test('a step that does not fit the memory: exit code 5 and the batch size that was tried', async () => {
  const { code, stderr } = await injected('oom@train.memory>4', training(join(folder, 'memory')))
  expect([code, stderr]).toEqual([5, expect.stringContaining('16 images of 32 x 32')])
  expect(stderr).toContain('data.batch_size=4 and trainer.accumulate_grad_batches=4')
})

test('save_on_exception: a run that failed over an image goes on from there once it is whole', async () => {
  // The whole epoch is one span, and nothing else saves.
  const words = (run: string): string[] => [
    'train',
    `hydra.run.dir=${run}`,
    ...shortTraining(data, 1000),
    'trainer.log_every_n_steps=1000',
    '+callbacks.model_checkpoint.save_on_exception=true',
  ]
  const [run, undisturbed] = [join(folder, 'exception'), join(folder, 'undisturbed')]
  expect((await cli(words(undisturbed), folder)).code).toBe(0)
  const image = join(data, 'train', '000050.jpg')
  const bytes = readFileSync(image)
  writeFileSync(image, bytes.subarray(0, 200))
  const { code, stderr } = await cli(words(run), folder)
  writeFileSync(image, bytes)
  expect([code, stderr]).toEqual([3, expect.stringContaining(image)])
  expect(lastOf(run)).toMatch(/^exception-epoch=0-step=[1-6]$/)

  const again = await cli(words(run), folder)
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('resumed in epoch 0')])
  expect(await runDifferences(undisturbed, run)).toEqual([])
})

function stepOf(name: string): number {
  return Number(/step=(\d+)/.exec(name)?.[1])
}

function flip(file: string): void {
  const bytes = readFileSync(file)
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
