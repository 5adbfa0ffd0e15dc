import { afterAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { generateJerseyNumbers } from '../../ts/generate/index.ts'
import { cli, json, scratch } from './cli.ts'

setDefaultTimeout(600_000)

const folder = scratch()
const whole = join(folder, 'whole')
const data = join(folder, 'data')
let run = ''
let runs = 0

beforeEach(async () => {
  await generateJerseyNumbers({ output: whole, count: 120, seed: 5, workers: 0 })
  rmSync(data, { recursive: true, force: true })
  cpSync(whole, data, { recursive: true })
  run = join(folder, `run-${runs++}`)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const train = (...more: string[]) =>
  cli(
    [
      'train',
      `hydra.run.dir=${run}`,
      `data.data_root=${data}`,
      'data.image_size=32',
      'trainer.max_epochs=1',
      'callbacks=none',
      '+callbacks.model_checkpoint.save_last=true',
      '+callbacks.onnx_export.opset_version=17',
      ...more,
    ],
    folder,
  )

/** Breaks the first image of a split; answers its path below the data set. */
function breakImage(split: string): string {
  const name = readdirSync(join(data, split), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jpg'))
    .sort()[0]
  if (name === undefined) throw new Error(`${split} holds no image`)
  truncateSync(join(data, split, name), 200)
  return join(split, name)
}

test('a data set without a validation split is refused before the first step', async () => {
  renameSync(join(data, 'valid'), join(data, 'elsewhere'))
  const { code, stderr } = await train()
  expect(code).toBe(3)
  expect(stderr).toContain('no valid/ (or val/) split')
  expect(existsSync(join(run, 'metrics.jsonl'))).toBe(false)
  const without = await train('trainer.limit_val_batches=0')
  expect(without.stderr).toContain('completed after 1 epoch')
  expect(without.code).toBe(0)
})

test('an image that is left out is said on the console too', async () => {
  const broken = breakImage('train')
  const { code, stderr } = await train('data.on_error=skip')
  expect(stderr).toContain(`an image is left out, as data.on_error=skip asks: ${broken} (`)
  expect(code).toBe(0)
  expect((await json(join(run, 'summary.json'))).skipped_images).toMatchObject([{ path: broken }])
})

test('a test image that cannot be read does not take the finished training with it', async () => {
  const broken = breakImage('test')
  const { code, stderr } = await train()
  expect(stderr).toContain(broken)
  expect(code).toBe(3)
  expect(existsSync(join(run, 'model.onnx'))).toBe(true)
  const summary = await json(join(run, 'summary.json'))
  expect(summary).toMatchObject({ status: 'failed', epochs: 1, test: null })
  expect(summary.reason).toContain(broken)
  expect(summary.weights_sha256).toMatch(/^[0-9a-f]{64}$/)
  cpSync(join(whole, broken), join(data, broken))
  const again = await train()
  expect(again.code).toBe(0)
  const mended = await json(join(run, 'summary.json'))
  expect(mended).toMatchObject({ status: 'completed', weights_sha256: summary.weights_sha256 })
})

test('a class folder without images is named', async () => {
  const folders = join(folder, 'folders')
  for (const split of ['train', 'val'])
    for (const name of ['a', 'b'])
      cpSync(join(whole, split === 'val' ? 'valid' : split), join(folders, split, name), {
        recursive: true,
        filter: (path) => !path.endsWith('.jsonl'),
      })
  mkdirSync(join(folders, 'train', 'c'))
  const words = [
    `data.data_root=${folders}`,
    `output=${join(folder, 'batches')}`,
    'count=4',
    'data.image_size=32',
  ]
  const { code, stderr } = await cli(['batches', ...words], folder)
  expect(stderr).toContain('1 class folders hold no image and are no classes ("c")')
  expect(code).toBe(0)
})

test('doctor names every bad file of every split, and answers by its exit code', async () => {
  const sound = await cli(['doctor', `data.data_root=${data}`, '--json'], folder)
  expect(sound.code).toBe(0)
  expect(JSON.parse(sound.stdout).splits).toMatchObject([{ split: 'train', images: 100 }, {}, {}])
  const broken = [breakImage('train'), breakImage('valid')]
  const { code, stdout } = await cli(['doctor', `data.data_root=${data}`], folder)
  expect(code).toBe(3)
  expect(stdout).toContain('2 images cannot be read')
  for (const path of broken) expect(stdout).toContain(`${path}: `)
  const nothing = await cli(['doctor', `data.data_root=${join(folder, 'nothing')}`], folder)
  expect(nothing.code).toBe(3)
  expect(nothing.stdout).toContain('cannot be opened')
})

test('a run folder does not take in other data or another plan, and keeps its own files', async () => {
  const words = ['callbacks=none', 'trainer.limit_val_batches=0', 'trainer.limit_test_batches=0']
  expect((await train(...words)).code).toBe(0)
  const overrides = readFileSync(join(run, '.hydra/overrides.yaml'), 'utf8')
  const plan = await train(...words, 'model.learning_rate=0.5')
  expect(plan.stderr).toContain('model.learning_rate: the run was completed with 0.002, now 0.5')
  expect(plan.code).toBe(2)
  const rows = join(data, 'train', 'annotations.jsonl')
  writeFileSync(rows, readFileSync(rows, 'utf8').replace(/^.*\n/, ''))
  const other = await train(...words)
  expect(other.stderr).toMatch(
    /data\.data_root: the run was completed with "100 training images .* now "99 training/,
  )
  expect(other.code).toBe(2)
  expect(readFileSync(join(run, '.hydra/overrides.yaml'), 'utf8')).toBe(overrides)
})
