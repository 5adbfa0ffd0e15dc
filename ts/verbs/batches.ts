import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import type { Batch } from '../native/native-images.ts'
import type { Split } from '../native/spec.d.ts'
import { contactSheetPlot } from '../plot/contact-sheet.ts'
import { concatenate } from './concatenate.ts'
import { npy } from './npy.ts'
import type { PlannedTraining } from './plan-training.ts'

export interface BatchesRequest {
  readonly output: string
  readonly split: Split
  /** Images, taken in the order in which the model would see them. */
  readonly count: number
  readonly epoch: number
}

export interface WrittenBatches {
  readonly output: string
  readonly images: number
  readonly height: number
  readonly width: number
  readonly files: readonly string[]
}

/** How many pictures a contact sheet shows. */
const perSheet = 64

/** Writes what the model would see: arrays before and after normalisation, labels, file names, contact sheets. */
export async function writeBatches(
  engine: NativeEngine,
  { plan, dataset }: PlannedTraining,
  request: BatchesRequest,
): Promise<WrittenBatches> {
  const { split, count, epoch, output } = request
  const samples = dataset.summary.splits.find((entry) => entry.split === split)?.samples ?? 0
  if (samples === 0)
    throw new ConfigError({
      key: 'split',
      message: `${dataset.summary.root} has no ${split} split with images`,
      hint: `it has ${dataset.summary.splits.map((entry) => `${entry.split} (${entry.samples})`).join(', ')}`,
    })
  const spec = split === 'train' ? plan.train_loader : plan.eval_loader
  const loader = engine.openLoader(dataset, split, spec, plan.seed)
  loader.start(epoch)
  const batches: Batch[] = []
  for (let seen = 0; seen < count; ) {
    const batch = await loader.next()
    if (batch === null) break
    batches.push(batch)
    seen += batch.labels.length
  }
  const [first] = batches
  if (!first) throw new ConfigError({ key: 'split', message: `an epoch of the ${split} split has no batch` })
  const { height, width } = first
  const pixels = height * width * 3
  const images = concatenate(
    batches.map((batch) => batch.images),
    Uint8Array,
  ).slice(0, count * pixels)
  const labels = batches.flatMap((batch) => [...batch.labels]).slice(0, count)
  const indices = batches.flatMap((batch) => [...batch.indices]).slice(0, count)
  const paths = dataset.paths(split, indices)
  const shape = [labels.length, height, width, 3]

  await mkdir(output, { recursive: true })
  const files: string[] = []
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    files.push(join(output, name))
    await writeFile(join(output, name), content)
  }
  await write('images.npy', npy(images, shape))
  const inputs = engine.normalizedPlanes(images, labels.length, loader.normalization)
  await write('inputs.npy', npy(inputs, [labels.length, 3, height, width]))
  await write('labels.npy', npy(BigInt64Array.from(labels, BigInt), [labels.length]))
  await write('files.txt', paths.map((path) => `${path}\n`).join(''))
  const metadata = dataset.metadata(split, indices)
  if (metadata.some((entry) => entry !== null))
    await write('metadata.jsonl', metadata.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  for (let from = 0; from < labels.length; from += perSheet) {
    const pictures = labels.slice(from, from + perSheet).map((label, index) => ({
      picture: { width, height, rgb: images.subarray((from + index) * pixels, (from + index + 1) * pixels) },
      name: dataset.summary.classes[label] ?? String(label),
    }))
    const sheet = await contactSheetPlot({
      title: `What the model sees: ${split}`,
      subtitle: `Epoch ${epoch}, images ${from + 1} to ${from + pictures.length}, ${width} × ${height} pixels`,
      pictures,
    })
    await write(`sheet-${String(from / perSheet).padStart(2, '0')}.png`, sheet)
  }
  return { output, images: labels.length, height, width, files }
}
