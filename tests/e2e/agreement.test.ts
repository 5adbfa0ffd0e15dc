import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { cli, json, rows, scratch, smallData, smallTraining } from './cli.ts'

setDefaultTimeout(300_000)

const folder = scratch()
const run = join(folder, 'run')
let data = ''

interface Annotation {
  readonly filename: string
  readonly ground_truth: string
  readonly correct: boolean
  readonly nll: number
  readonly predictions: readonly { readonly label: string; readonly class_id: number }[]
}

// Mixed precision and averaged weights: what is scored must be what is shipped all the same.
const recipe = [
  'transforms=default',
  'trainer.precision=bf16-mixed',
  'callbacks.ema.warmup_steps=2',
  // A loss that is far from the plain one: the file must know it too.
  'model.loss_name=focal',
  'model.label_smoothing=0.1',
  'data.class_weights=balanced',
]

beforeAll(async () => {
  data = await smallData(folder)
  await succeed(smallTraining(data, run, ...recipe))
  await succeed(['evaluate', `model=${run}`, 'data.split=val', `output=${folder}/checkpoint`])
  const onnx = [`model=${run}/model.onnx`, `data.data_root=${data}`, 'data.split=val']
  await succeed(['evaluate', ...onnx, `output=${folder}/onnx`])
})

test('metrics.jsonl, confusion matrix, best checkpoint and ONNX file have the same metrics', async () => {
  const { best } = await json(join(run, 'summary.json'))
  const logged = (await rows(run)).find((row) => row.step === best.step && row['val/acc_top1'] !== undefined)
  const { metrics: checkpoint } = await json(join(folder, 'checkpoint/metrics.json'))
  const { metrics: onnx } = await json(join(folder, 'onnx/metrics.json'))
  for (const name of ['acc_top1', 'acc_top5', 'f1_macro', 'f1_micro', 'precision_macro', 'recall_macro']) {
    expect([name, checkpoint[name]]).toEqual([name, logged?.[`val/${name}`]])
    expect([name, onnx[name]]).toEqual([name, checkpoint[name]])
  }
  for (const name of ['loss', 'nll', 'ece', 'auroc_macro'])
    expect([name, checkpoint[name]]).toEqual([name, logged?.[`val/${name}`]])
  for (const name of ['loss', 'nll', 'ece', 'auroc_macro'])
    expect(onnx[name]).toBeCloseTo(checkpoint[name], 5)
  expect(Math.abs(onnx.loss - onnx.nll)).toBeGreaterThan(0.1)

  const { confusion, images, classes, epoch } = await json(join(run, 'report/val.json'))
  expect(epoch).toBe(best.epoch)
  const right = classes.reduce(
    (sum: number, _: string, k: number) => sum + confusion[k * (classes.length + 1)],
    0,
  )
  expect(right / images).toBe(checkpoint.acc_top1)
})

test('checkpoint and ONNX file answer every image alike', async () => {
  const [checkpoint, onnx] = [await annotations('checkpoint'), await annotations('onnx')]
  expect(onnx.map(first)).toEqual(checkpoint.map(first))
  expect(new Set(checkpoint.map(({ filename }) => filename)).size).toBe(checkpoint.length)
  for (const [row, annotation] of onnx.entries()) {
    expect(annotation.correct).toBe(annotation.predictions[0]?.label === annotation.ground_truth)
    expect(annotation.nll).toBeCloseTo(checkpoint[row]?.nll ?? Number.NaN, 4)
  }
})

const python = process.env.CT_REFERENCE_PYTHON
if (!python) console.warn('skipping the Python client: CT_REFERENCE_PYTHON is not set')

test.skipIf(!python)(
  "a Python client with Pillow's pixels answers alike where the pixels are alike",
  async () => {
    const seen = join(folder, 'seen')
    const overrides = [`data.data_root=${data}`, 'data.image_size=32', 'transforms=default']
    await succeed(['batches', ...overrides, `output=${seen}`, 'split=val', 'count=1000'])
    const script = join(import.meta.dir, 'onnx_client.py')
    const client = Bun.spawnSync([python ?? '', script, join(run, 'model.onnx'), seen])
    expect(client.stderr.toString()).toBe('')
    const answers = client.stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; same_pixels: boolean; class_id: number })
    const ours = new Map((await annotations('onnx')).map((each) => [join(data, each.filename), first(each)]))
    expect(answers.length).toBe(ours.size)
    const same = answers.filter(({ same_pixels }) => same_pixels)
    // Pillow and torchvision's tensors, whose pixels we have, round differently here and there.
    expect(same.length).toBeGreaterThan(0)
    const different = answers.filter(({ file, class_id }) => ours.get(file) !== class_id)
    expect(different.length).toBeLessThanOrEqual(0.1 * answers.length)
    for (const { file, class_id } of same) expect([file, ours.get(file)]).toEqual([file, class_id])
  },
)

function first({ predictions }: Annotation): number | undefined {
  return predictions[0]?.class_id
}

async function annotations(name: string): Promise<Annotation[]> {
  const text = await Bun.file(join(folder, name, 'annotations.jsonl')).text()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Annotation)
}

async function succeed(words: readonly string[]): Promise<void> {
  const { code, stderr } = await cli(words, folder)
  if (code !== 0) throw new Error(`${words.join(' ')}\n${stderr}`)
}
