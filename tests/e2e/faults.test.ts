import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { runDifferences } from '../../ts/verbs/run-differences.ts'
import { type CliResult, cli, json, scratch, smallData } from './cli.ts'

setDefaultTimeout(300_000)

const folder = scratch()
const whole = join(folder, 'whole')
let data = ''

/** Seven steps in an epoch, a checkpoint after each second. */
const training = (run: string, ...more: string[]): string[] => [
  'train',
  `data.data_root=${data}`,
  `hydra.run.dir=${run}`,
  'data.image_size=32',
  'data.batch_size=32',
  'trainer.max_epochs=2',
  'trainer.log_every_n_steps=1',
  'trainer.num_sanity_val_steps=0',
  'trainer.precision=32',
  'callbacks=none',
  '+callbacks.model_checkpoint.every_n_train_steps=2',
  '+callbacks.model_checkpoint.save_top_k=-1',
  '+callbacks.model_checkpoint.save_last=true',
  'logging=none',
  ...more,
]

const injected = (rules: string, words: string[]): Promise<CliResult> =>
  cli(words, folder, { CLASSIFIER_TRAINING_INJECT: rules })

beforeAll(async () => {
  data = await smallData(folder)
  const { code, stderr } = await cli(training(whole), folder)
  if (code !== 0) throw new Error(stderr)
})

/** A run that was killed in its second save of the second epoch. */
async function killedRun(name: string): Promise<{ run: string; newest: string }> {
  const run = join(folder, name)
  await injected('kill@pointer.done:6', training(run))
  return { run, newest: readFileSync(join(run, 'checkpoints/last'), 'utf8').trim() }
}

async function expectWhole(run: string): Promise<void> {
  expect(await runDifferences(whole, run)).toEqual([])
}

describe('a disk that fails while a checkpoint is saved', () => {
  test.each([
    ['enospc@save.half:7', 'No space left', 'disk space'],
    ['eio@save.sync:6', 'Input/output error', 'can be written'],
    ['enospc@pointer.staged:2', 'ENOSPC', 'disk space'],
    ['enospc@metrics.before:6', 'ENOSPC', 'disk space'],
  ])('%s: said with exit code 4, and the checkpoint before it is gone on from', async (rules, said, hint) => {
    const run = join(folder, rules.replace(/\W/g, '-'))
    const { code, stderr } = await injected(rules, training(run))
    expect([code, stderr]).toEqual([4, expect.stringContaining(said)])
    expect(stderr).toContain(hint)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect((await json(join(run, 'summary.json'))).status).toBe('failed')
    const names = readdirSync(join(run, 'checkpoints'))
    expect(names.filter((name) => name.startsWith('.'))).toEqual([])
    expect(names).toContain('last')
    expect((await cli(training(run), folder)).code).toBe(0)
    await expectWhole(run)
  })

  test.if(process.getuid?.() !== 0)('a folder that may not be written is named', async () => {
    const { run } = await killedRun('read-only')
    chmodSync(join(run, 'checkpoints'), 0o500)
    const { code, stderr } = await cli(training(run), folder)
    chmodSync(join(run, 'checkpoints'), 0o700)
    expect([code, stderr]).toEqual([4, expect.stringContaining(join(run, 'checkpoints'))])
  })
})

describe('a checkpoint that was damaged', () => {
  const damages: readonly (readonly [string, string, (file: string) => void])[] = [
    ['flipped', 'SHA-256', flip],
    ['torn', 'cut short', (file) => truncateSync(file, 1000)],
  ]
  for (const [name, said, damage] of damages)
    test.each(['model.safetensors', 'optimizer.safetensors', 'state.json'])(
      `${name}: %s is refused by name, and the checkpoint before it is used`,
      async (file) => {
        const { run, newest } = await killedRun(`${name}-${file}`)
        const copy = join(folder, `again-${name}-${file}`)
        cpSync(run, copy, { recursive: true, preserveTimestamps: true })
        damage(join(copy, 'checkpoints', newest, file))
        const { code, stderr } = await cli(training(copy), folder)
        expect(code).toBe(0)
        expect(stderr).toContain(join('checkpoints', newest, file))
        expect(stderr).toContain(said)
        await expectWhole(copy)
      },
    )

  test('where none is left the message names each, with exit code 4', async () => {
    const { run } = await killedRun('all-damaged')
    const checkpoints = join(run, 'checkpoints')
    const folders = readdirSync(checkpoints).filter((name) =>
      existsSync(join(checkpoints, name, 'state.json')),
    )
    for (const name of folders) flip(join(checkpoints, name, 'model.safetensors'))
    const { code, stderr } = await cli(training(run), folder)
    expect(code).toBe(4)
    for (const name of folders) expect(stderr).toContain(name)
    expect(stderr).toContain('resume=never')
  })
})

describe('a run that leaves the finite numbers', () => {
  test('ends with exit code 6 and names step, rate, images and the last good checkpoint', async () => {
    const run = join(folder, 'diverged')
    const { code, stderr } = await injected('nan@train.input:6', training(run))
    expect(code).toBe(6)
    expect(stderr).toMatch(/loss became NaN in epoch 0, batch 5 \(optimizer step 5, learning rate [\d.e-]+\)/)
    expect(stderr).toMatch(/its images: \S+\.jpg, .* and 24 more/)
    const last = readFileSync(join(run, 'checkpoints/last'), 'utf8').trim()
    expect(stderr).toContain(
      `the last good checkpoint is ${join(run, 'checkpoints', last)} (epoch 0, optimizer step 4)`,
    )
    const { status, details } = await json(join(run, 'summary.json'))
    expect(status).toBe('failed')
    expect(details.files).toHaveLength(32)
    expect(details.step).toBe(5)
    const log = readFileSync(join(run, 'log.jsonl'), 'utf8')
    expect(log).toContain('became NaN')
  })

  test('also where only the gradient does, at the last step before a save', async () => {
    const run = join(folder, 'poisoned')
    const { code, stderr } = await injected(
      'nan@train.gradient:4',
      training(run, 'trainer.gradient_clip_val=null'),
    )
    expect(code).toBe(6)
    expect(stderr).toContain('is not saved')
    expect(stderr).toContain('optimizer step 2)')
  })
})

test('a step that does not fit the memory: exit code 5 and the batch size that was tried', async () => {
  const { code, stderr } = await injected('oom@train.memory>8', training(join(folder, 'memory')))
  expect([code, stderr]).toEqual([5, expect.stringContaining('32 images of 32 x 32')])
  expect(stderr).toContain('data.batch_size=8 and trainer.accumulate_grad_batches=4')
})

function flip(file: string): void {
  const bytes = readFileSync(file)
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
