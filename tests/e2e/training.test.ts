import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cli, firstRow, json, rows, scratch, smallData, smallTraining, spawnCli } from './cli.ts'

setDefaultTimeout(300_000)

const folder = scratch()
let data = ''
const whole = join(folder, 'whole')

beforeAll(async () => {
  data = await smallData(folder)
  const { code, stderr } = await cli(smallTraining(data, whole), folder)
  if (code !== 0) throw new Error(stderr)
})

describe('a training from the command line', () => {
  test('leaves a complete run folder', async () => {
    for (const name of [
      'plan.json',
      'metrics.jsonl',
      'metrics.csv',
      'log.jsonl',
      'model.onnx',
      'labels_mapping.json',
      '.hydra/config.yaml',
      'checkpoints/best',
      'checkpoints/last',
      'report.html',
      'epoch_001/confusion_matrix.png',
    ])
      expect([name, existsSync(join(whole, name))]).toEqual([name, true])
    const summary = await json(join(whole, 'summary.json'))
    expect(summary.status).toBe('completed')
    expect(summary.epochs).toBe(2)
    expect(summary.weights_sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(summary.timing.start_to_first_step_s).toBeGreaterThan(0)
    expect(summary.timing.start_to_first_step_s).toBeLessThan(summary.timing.total_s)
  })

  test('a completed run answers so', async () => {
    const { code, stderr } = await cli(smallTraining(data, whole), folder)
    expect(code).toBe(0)
    expect(stderr).toContain('already completed')
  })

  test('--json prints every event as it happens, and the summary as the last line', async () => {
    const run = join(folder, 'events')
    const words = smallTraining(data, run, 'callbacks=none', 'trainer.max_epochs=1', '--json')
    const { code, stdout } = await cli(words, folder)
    expect(code).toBe(0)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const written = (await Bun.file(join(run, 'metrics.jsonl')).text()).trim().split('\n')
    expect(lines.slice(0, -1)).toEqual(written.map((line) => JSON.parse(line)))
    expect(written.length).toBeGreaterThan(2)
    expect(lines.at(-1)).toMatchObject({ status: 'completed', directory: run })
  })

  test('another plan in the same folder is refused with the keys that differ', async () => {
    const { code, stderr } = await cli(smallTraining(data, whole, 'model.learning_rate=0.01'), folder)
    expect(code).toBe(2)
    expect(stderr).toContain('learning_rate')
  })

  test.each([0, 3])('the weights do not depend on the number of workers (%d)', async (workers) => {
    const run = join(folder, `workers-${workers}`)
    await cli(smallTraining(data, run, `data.num_workers=${workers}`, 'callbacks=none'), folder)
    const [own, other] = [await json(join(run, 'summary.json')), await json(join(whole, 'summary.json'))]
    // The whole run has EMA: a callback-free one trains the same raw weights.
    expect(own.weights_sha256).toBe(other.weights_sha256)
  })

  test('SIGTERM saves and exits 75; the same command goes on to the same end', async () => {
    const run = join(folder, 'interrupted')
    const child = spawnCli(smallTraining(data, run), folder)
    await firstRow(run)
    child.kill('SIGTERM')
    expect(await child.exited).toBe(75)
    expect((await json(join(run, 'summary.json'))).status).toBe('interrupted')
    expect((await cli(smallTraining(data, run), folder)).code).toBe(0)
    await expectSameEnd(run)
  })

  test('SIGKILL at several moments; the same command goes on to the same end', async () => {
    const run = join(folder, 'killed')
    for (const wanted of [1, 4, 6]) {
      const child = spawnCli(smallTraining(data, run), folder)
      await firstRow(run, wanted)
      child.kill('SIGKILL')
      await child.exited
    }
    expect((await cli(smallTraining(data, run), folder)).code).toBe(0)
    await expectSameEnd(run)
    const left = readdirSync(join(run, 'checkpoints')).filter(
      (name) => name.startsWith('.') || name.endsWith('.tmp'),
    )
    expect(left).toEqual([])
  })

  test('checkpoint, ONNX file and the run itself score the same', async () => {
    const [checkpoint, onnx] = await Promise.all([
      cli(['evaluate', `model=${whole}`, 'data.split=val', '--json', `output=${folder}/e1`], folder),
      cli(
        [
          'evaluate',
          `model=${whole}/model.onnx`,
          `data.data_root=${data}`,
          'data.split=val',
          '--json',
          `output=${folder}/e2`,
        ],
        folder,
      ),
    ])
    expect([checkpoint.code, onnx.code]).toEqual([0, 0])
    const [own, other] = [JSON.parse(checkpoint.stdout), JSON.parse(onnx.stdout)]
    expect(other.metrics.acc_top1).toBe(own.metrics.acc_top1)
    expect(other.metrics.nll).toBeCloseTo(own.metrics.nll, 4)
    const { best } = await json(join(whole, 'summary.json'))
    expect(own.metrics.acc_top1).toBe(best.value)
  })

  test('predict answers each image and names the bad ones', async () => {
    const images = join(data, 'test')
    const { code, stdout, stderr } = await cli(
      ['predict', `model=${whole}`, images, 'missing.jpg', '--json'],
      folder,
    )
    expect(code).toBe(3)
    expect(stderr).toContain('missing.jpg')
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.length).toBe(readdirSync(images).filter((name) => name.endsWith('.jpg')).length)
    const total = answers[0].predictions.reduce(
      (sum: number, { confidence }: { confidence: number }) => sum + confidence,
      0,
    )
    expect(total).toBeLessThanOrEqual(1.0001)
  })
})

describe('bad input', () => {
  const fails = async (words: string[], code: number, ...said: string[]): Promise<void> => {
    const result = await cli(words, folder)
    expect([result.code, result.stderr]).toEqual([code, expect.any(String)])
    for (const text of said) expect(result.stderr).toContain(text)
    expect(result.stderr).not.toMatch(/^\s+at /m)
  }

  test('a data_root that is not there', () =>
    fails(smallTraining('/nowhere', join(folder, 'f1')), 3, '/nowhere'))

  test('accelerator=gpu without one', () =>
    fails(smallTraining(data, join(folder, 'f2'), 'trainer.accelerator=gpu'), 5, 'accelerator'))

  test('an unknown key', () =>
    fails(smallTraining(data, join(folder, 'f3'), 'data.batchsize=3'), 2, 'batch_size'))

  test('a JSONL row without its image names file and row', async () => {
    const broken = join(folder, 'broken')
    await Bun.write(
      join(broken, 'train/annotations.jsonl'),
      '{"image":"gone.jpg","prefix":"","suffix":"7"}\n',
    )
    await fails(smallTraining(broken, join(folder, 'f4')), 3, 'annotations.jsonl', 'gone.jpg')
  })

  test('broken JSON names file and row', async () => {
    const broken = join(folder, 'torn')
    await Bun.write(join(broken, 'train/annotations.jsonl'), '{"image":"a.jpg","suffix":"7"}\n{"image": \n')
    await fails(smallTraining(broken, join(folder, 'f5')), 3, 'annotations.jsonl')
  })

  test('a truncated JPEG names the file', async () => {
    const cut = join(folder, 'cut')
    await Bun.$`cp -r ${data} ${cut}`.quiet()
    const [image = ''] = readdirSync(join(cut, 'train')).filter((name) => name.endsWith('.jpg'))
    const bytes = await Bun.file(join(cut, 'train', image)).bytes()
    await Bun.write(join(cut, 'train', image), bytes.slice(0, 200))
    await fails(smallTraining(cut, join(folder, 'f6')), 3, image)
  })
})

async function expectSameEnd(run: string): Promise<void> {
  const [own, other] = [await json(join(run, 'summary.json')), await json(join(whole, 'summary.json'))]
  expect(own.weights_sha256).toBe(other.weights_sha256)
  expect(own.ema_sha256).toBe(other.ema_sha256)
  expect(await rows(run)).toEqual(await rows(whole))
}
