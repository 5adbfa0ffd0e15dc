/**
 * Our `predict` against a Python client (Pillow and onnxruntime) on the same files and the same ONNX file, in turn:
 * `bun bench/predict.ts [FOLDER] [ROUNDS] [RUN]`. RUN is a run folder of 224 pixels with its model.onnx; without one a ResNet-18 is
 * trained for one step in a temporary folder, since speed does not depend on what it learnt.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plainTable } from '../ts/text/plain-table.ts'
import { imageFiles } from '../ts/verbs/image-files.ts'
import { paired, type Spread } from './pair.ts'
import { referencePython } from './reference-python.ts'

const data = process.env.CT_SHARED_DATA ?? join(import.meta.dir, '..', '..', 'shared', 'data')
const folder = process.argv[2] ?? join(data, 'photos-250')
const rounds = Number(process.argv[3] ?? 3)
const main = join(import.meta.dir, '..', 'ts/cli/main.ts')
const python = await referencePython(join(import.meta.dir, 'requirements.txt'))
const run = process.argv[4] ?? (await smallRun())
const seconds = '4'
const show = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`

const ours = (checkpoint: string, images: string, batch: string, duration: string, ...more: string[]) => ({
  name: 'ours',
  command: [
    process.execPath,
    main,
    'bench',
    'predict',
    '--checkpoint',
    checkpoint,
    '--images',
    images,
  ].concat(['--batch-size', batch, '--seconds', duration, '--json'], more),
})
const peer = (images: string, batch: string, duration: string) => ({
  name: 'Pillow + onnxruntime',
  command: [python, join(import.meta.dir, 'predict_peer.py'), join(run, 'model.onnx'), images].concat([
    '--batch-size',
    batch,
    '--seconds',
    duration,
  ]),
})

const rows: string[][] = []
for (const [name, checkpoint, flags] of [
  ['onnxruntime', join(run, 'model.onnx'), []],
  ['engine, bf16', run, ['--precision', 'bf16-mixed']],
] as const)
  for (const batch of ['1', '32']) {
    process.stderr.write(`${name}, batch ${batch}\n`)
    const { a, b, ratio } = await paired(
      ours(checkpoint, folder, batch, seconds, ...flags),
      peer(folder, batch, seconds),
      rounds,
      (answer) => Number(answer.images_per_second),
    )
    rows.push([`${name}, batch ${batch}, img/s`, show(a, 1), show(b, 1), show(ratio, 2)])
  }
process.stderr.write('start to first answer\n')
const one = (await imageFiles([folder]))[0] ?? folder
const start = await paired(
  ours(join(run, 'model.onnx'), one, '1', '0.1'),
  peer(one, '1', '0.1'),
  rounds + 2,
  (answer) => Number(answer.first_answer_s),
)
rows.push(['start to the answer for one file, s', show(start.a, 2), show(start.b, 2), show(start.ratio, 2)])
process.stdout.write(`${plainTable(['predict at 224 px', 'ours', 'Python client', 'ratio'], rows)}\n`)

async function smallRun(): Promise<string> {
  const directory = join(mkdtempSync(join(tmpdir(), 'bench-predict-')), 'run')
  process.stderr.write(`training one step in ${directory}\n`)
  const words = ['transforms=default', 'data.image_size=224', 'data.batch_size=8', 'model.warmup_epochs=0']
  const limits = ['trainer.max_epochs=1', 'trainer.limit_train_batches=1', 'trainer.limit_val_batches=1']
  const callbacks = ['callbacks=none', '+callbacks.onnx_export={}', '+callbacks.model_checkpoint={}']
  const command = [process.execPath, main, 'train', ...words, ...limits, ...callbacks]
  const child = Bun.spawn([...command, 'trainer.limit_test_batches=0', `hydra.run.dir=${directory}`], {
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error('the training failed')
  return directory
}
