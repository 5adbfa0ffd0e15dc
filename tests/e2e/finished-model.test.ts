import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findAddon, imagesFile } from '../../ts/native/addon.ts'
import { thisMachine } from '../../ts/native/machine.ts'
import { cli, json, scratch, smallData } from './cli.ts'

setDefaultTimeout(300_000)

/** Names that a data set may bring along; of some of them the validation split has no image. */
const hostile = [
  '<script>alert(1)</script>',
  '⚽😀',
  'n'.repeat(80),
  'a/b\\c',
  'שלום',
  '__proto__',
  '7',
  '07',
]

const folder = scratch()
const run = join(folder, 'run')
const data = join(folder, 'hostile')
const everything = [
  'callbacks=default',
  'callbacks.early_stopping=null',
  'callbacks.device_stats_monitor={}',
  'callbacks.model_summary={}',
  'callbacks.timer={}',
]
const training = (root: string, directory: string, ...more: string[]): string[] => [
  'train',
  `data.data_root=${root}`,
  `hydra.run.dir=${directory}`,
  'data.image_size=32',
  'data.batch_size=16',
  'trainer.max_epochs=2',
  'trainer.precision=32',
  ...everything,
  ...more,
]

/** Pictures of a generated data set under other labels: `labels[k]` for the k-th picture of each split. */
async function relabelled(root: string, splits: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const source = await smallData(join(folder, 'source'))
  const pictures = readdirSync(join(source, 'train')).filter((name) => name.endsWith('.jpg'))
  for (const [split, labels] of Object.entries(splits)) {
    mkdirSync(join(root, split), { recursive: true })
    const lines = labels.map((suffix, index) => {
      const image = pictures[index] ?? ''
      cpSync(join(source, 'train', image), join(root, split, image))
      return `${JSON.stringify({ image, prefix: '', suffix })}\n`
    })
    await Bun.write(join(root, split, 'annotations.jsonl'), lines.join(''))
  }
}

const repeated = (labels: readonly string[], times: number): string[] =>
  Array.from({ length: labels.length * times }, (_, index) => labels[index % labels.length] ?? '')

beforeAll(async () => {
  // One image to validate on, of one class; the test split lacks some classes.
  await relabelled(data, {
    train: repeated(hostile, 6),
    valid: ['שלום'],
    test: repeated(hostile.slice(0, 5), 2),
  })
  await succeed(training(data, run))
})

describe('hostile names and a validation of one image', () => {
  test('every callback draws', async () => {
    const log = readFileSync(join(run, 'log.jsonl'), 'utf8')
    expect(log).not.toContain('is off for the rest of the run')
    const epoch = ['confusion_matrix', 'grad_cam', 'prediction_gallery', 'sample_predictions']
    for (const name of [
      ...['epoch_000', 'epoch_001', 'test'].flatMap((part) =>
        epoch.map((picture) => `${part}/${picture}.png`),
      ),
      'epoch_000/sampler_distribution.png',
      'training_history/training_history.png',
      'dataset_statistics.png',
      'model_info.json',
      'labels_mapping.json',
      'model.onnx',
      'model.uint8.onnx',
      'report.html',
    ])
      expect([name, existsSync(join(run, name))]).toEqual([name, true])
    const { class_to_idx } = await json(join(run, 'labels_mapping.json'))
    expect(Object.keys(class_to_idx).sort()).toEqual([...hostile].sort())
    expect((await json(join(run, 'summary.json'))).timing.callbacks_s).toBeGreaterThan(0)
  })

  test('the report names them as text, and shows what the model looks at', () => {
    const page = readFileSync(join(run, 'report.html'), 'utf8')
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page.match(/<script>/g)).toHaveLength(1)
    expect(page).toContain('<h2>What the model looks at</h2>')
  })

  test.each([
    ['val', 1],
    ['test', 10],
  ])('evaluate: the %s split of %d images', async (split, images) => {
    const output = join(folder, `evaluation-${split}`)
    const result = await cli(['evaluate', `model=${run}`, `data.split=${split}`, `output=${output}`], folder)
    expect([result.code, result.stderr]).toEqual([0, expect.any(String)])
    expect(result.stdout).toContain(`${split} · ${images} images`)
    expect(readdirSync(output).sort()).toEqual([
      'annotations.jsonl',
      'confusion_matrix.png',
      'metrics.json',
      'prediction_gallery.png',
      'reliability.png',
    ])
    const { metrics, per_class } = await json(join(output, 'metrics.json'))
    for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true)
    expect(Object.keys(per_class)).toHaveLength(hostile.length)
  })
})

describe('an ONNX file where there is no libtorch', () => {
  /** A cache that holds the reader of images and nothing else. */
  function bareCache(): string {
    const cache = join(folder, 'cache')
    const { path, hash } = findAddon(thisMachine(), imagesFile)
    const place = join(cache, 'classifier-training', 'addon', hash, imagesFile)
    mkdirSync(dirname(place), { recursive: true })
    cpSync(path ?? '', place)
    return cache
  }

  async function bare(words: readonly string[]) {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../ts/cli/main.ts'), ...words], {
      cwd: folder,
      stdout: 'pipe',
      stderr: 'pipe',
      // Nothing to fetch or compile with: what is missing cannot be made good.
      env: { HOME: folder, XDG_CACHE_HOME: bareCache(), PATH: '', NO_COLOR: '1' },
    })
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    return { stdout, stderr, code }
  }

  test.skipIf(process.platform !== 'linux')('is asked and scored; a checkpoint is refused', async () => {
    const answers = join(folder, 'answers')
    const words = ['predict', `model=${run}/model.onnx`, join(data, 'test'), join(data, 'valid')]
    const predicted = await bare([
      ...words,
      join(data, 'test/gone.jpg'),
      '--output',
      answers,
      'top_k=3',
      '--json',
    ])
    expect([predicted.code, predicted.stderr]).toEqual([3, expect.stringContaining('gone.jpg')])
    const lines = predicted.stdout.trim().split('\n')
    expect(lines).toHaveLength(11)
    expect(readdirSync(answers).sort()).toEqual(['predictions.jsonl', 'test', 'valid'])
    expect(readdirSync(join(answers, 'test'))).toHaveLength(10)

    const through = await cli([...words, '--json', 'top_k=3'], folder)
    expect(through.stdout.trim().split('\n')).toEqual(lines)

    const onnx = [`model=${run}/model.onnx`, `data.data_root=${data}`, 'data.split=test', '--json']
    const scored = await bare(['evaluate', ...onnx, `output=${folder}/bare`])
    expect([scored.code, scored.stderr]).toEqual([0, expect.any(String)])
    expect(JSON.parse(scored.stdout).images).toBe(10)

    const refused = await bare(['predict', `model=${run}`, join(data, 'test')])
    expect(refused.code).toBe(5)
  })
})

describe('what does not fit', () => {
  const fails = async (words: string[], code: number, ...said: string[]): Promise<void> => {
    const result = await cli(words, folder)
    expect([result.code, result.stderr]).toEqual([code, expect.any(String)])
    for (const text of said) expect(result.stderr).toContain(text)
    expect(result.stderr).not.toMatch(/^\s+at /m)
  }
  const copied = (name: string): string => {
    const copy = join(folder, name)
    mkdirSync(copy, { recursive: true })
    for (const file of ['model.onnx', 'labels_mapping.json']) cpSync(join(run, file), join(copy, file))
    return copy
  }

  test.each([12, 22])('opset %d', (opset) =>
    fails(['export', `model=${run}`, `opset=${opset}`], 2, `${opset}`, '13'),
  )

  test('an image size that the network cannot take', () =>
    fails(['export', `model=${run}`, 'image_size=16'], 2, 'image_size', '32'))

  test('a checkpoint of an older format', async () => {
    const old = join(folder, 'old')
    const { checkpoint } = (await json(join(run, 'summary.json'))).best
    cpSync(join(run, checkpoint), old, { recursive: true })
    const saved = await json(join(old, 'state.json'))
    await Bun.write(
      join(old, 'state.json'),
      JSON.stringify({ ...saved, state: { ...saved.state, version: 0 } }),
    )
    await fails(['export', `model=${old}`], 4, old, 'version 0')
  })

  test('a file whose classes are more than its mapping names', async () => {
    const copy = copied('fewer')
    const mapping = await json(join(copy, 'labels_mapping.json'))
    await Bun.write(join(copy, 'labels_mapping.json'), JSON.stringify({ ...mapping, num_classes: 7 }))
    await fails(['predict', `model=${copy}/model.onnx`, join(data, 'valid')], 4, '8 classes', 'names 7')
  })

  test('a data set with classes that the model does not know', async () => {
    const other = join(folder, 'other')
    await relabelled(other, { train: ['7', 'new', '07'], test: ['7'] })
    const onnx = ['evaluate', `model=${run}/model.onnx`, `data.data_root=${other}`]
    await fails(onnx, 3, other, '"new"', '8 classes')
  })
})

test('another image size is exported with its preprocessing', async () => {
  const output = join(folder, 'large', 'model.onnx')
  await succeed(['export', `model=${run}`, `output=${output}`, 'image_size=48'])
  const { preprocessing } = await json(join(folder, 'large', 'labels_mapping.json'))
  expect(preprocessing).toMatchObject({ resize: [54], center_crop: [48, 48] })
  const { stdout, code } = await cli(['predict', `model=${output}`, join(data, 'valid'), '--json'], folder)
  expect([code, JSON.parse(stdout).predictions.length]).toEqual([0, 5])
})

test('two classes, of which the validation has one', async () => {
  const [root, directory] = [join(folder, 'two'), join(folder, 'run-two')]
  await relabelled(root, { train: repeated(['no', 'yes'], 16), valid: repeated(['yes'], 5) })
  await succeed(training(root, directory, 'trainer.max_epochs=1'))
  expect(readFileSync(join(directory, 'log.jsonl'), 'utf8')).not.toContain('is off for the rest of the run')
  expect(existsSync(join(directory, 'report.html'))).toBe(true)
})

async function succeed(words: readonly string[]): Promise<void> {
  const { code, stderr } = await cli(words, folder)
  if (code !== 0) throw new Error(`${words.join(' ')}\n${stderr}`)
}
