import { availableParallelism } from 'node:os'
import { ConfigError, type Failure } from '../errors/index.ts'
import { softmax } from '../metrics/classification.ts'
import type { NativeImages, Prepared } from '../native/native-images.ts'
import type { Precision, Transform } from '../native/spec.d.ts'
import { concatenate } from './concatenate.ts'
import type { ModelSource } from './model-source.ts'
import { openOnnxModel } from './onnx-model.ts'
import { openEngine } from './open-engine.ts'
import { openImages } from './open-images.ts'
import { planFacts } from './plan-file.ts'
import { scoringPlan } from './scoring-plan.ts'

/** Files that are decoded, and what is wrong with each; undefined where nothing is. */
export interface Readied {
  readonly failures: readonly (Failure | undefined)[]
  /** Row-major logits [files, classes]; of at most so many files for each core in one pass. */
  answer(batchSize: number): Promise<Float32Array>
}

/** A finished model that answers files. */
export interface Classifier {
  readonly classes: readonly string[]
  readonly transforms: readonly Transform[]
  readonly exifTranspose: boolean
  /** What reads files for it. */
  readonly images: NativeImages
  prepare(paths: readonly string[]): Promise<Readied>
  /** It answers on a device of its own, beside which this machine's cores can decode. */
  readonly elsewhere: boolean
  close(): Promise<void>
}

/**
 * Opens a checkpoint through the engine, or an ONNX file through onnxruntime: that needs no libtorch.
 * @param precision Of a checkpoint's answers. `32` are those that were scored; `bf16-mixed` is faster where the processor
 * multiplies bfloat16 itself. An ONNX file is in 32 bits.
 * @param images How many there are to answer, if that is known.
 */
export async function openClassifier(
  source: ModelSource,
  precision: Precision = '32',
  images?: number,
): Promise<Classifier> {
  if (source.kind === 'onnx') {
    if (precision !== '32')
      throw new ConfigError({
        key: 'precision',
        message: `${source.file} answers in 32 bits, not ${precision}`,
        hint: 'leave precision out, or give the run folder',
      })
    const [native, model] = await Promise.all([openImages(), openOnnxModel(source, images)])
    const { planes } = native.openPreprocessor(model.transforms, model.exifTranspose)
    const prepare = async (paths: readonly string[]): Promise<Readied> =>
      readied(await planes(paths), paths.length, (images, n, height, width) =>
        model.answer(images, n, height, width),
      )
    return { ...model, images: native, prepare, elsewhere: false }
  }
  const engine = await openEngine('auto', { idleThreadsSleep: true })
  const scoring = scoringPlan(source.plan, source.directory)
  const plan = { ...scoring, machine: { ...scoring.machine, precision } }
  const { session, report } = await engine.openSession(plan, null)
  const { transforms } = source.plan.eval_loader
  const exifTranspose = (await planFacts(source))?.exifTranspose ?? false
  const { pixels } = engine.openPreprocessor(transforms, exifTranspose)
  const elsewhere = !report.device.startsWith('cpu')
  const prepare = async (paths: readonly string[]): Promise<Readied> => {
    const { answer, ...rest } = readied(await pixels(paths), paths.length, (images, n, height, width) =>
      session.predict(images, n, height, width, 'raw'),
    )
    // On this machine's cores the engine takes each core's share of all of them at once.
    return { ...rest, answer: (batchSize) => answer(elsewhere ? batchSize : paths.length) }
  }
  return {
    classes: source.state.classes,
    transforms,
    exifTranspose,
    images: engine,
    prepare,
    elsewhere,
    close: () => session.close(),
  }
}

/** Images that are prepared, with what answers `n` of them in one pass. */
function readied<Values extends { subarray(from: number, to: number): Values }>(
  { images, failures, height, width }: Prepared<Values>,
  files: number,
  answer: (images: Values, n: number, height: number, width: number) => Promise<Float32Array>,
): Readied {
  const size = 3 * height * width
  return {
    failures,
    answer: async (batchSize) => {
      const parts: Float32Array[] = []
      for (let from = 0; from < files; from += batchSize) {
        const to = Math.min(files, from + batchSize)
        parts.push(await answer(images.subarray(from * size, to * size), to - from, height, width))
      }
      return parts.length === 1 && parts[0] ? parts[0] : concatenate(parts, Float32Array)
    },
  }
}

export interface Prediction {
  readonly label: string
  readonly class_id: number
  readonly confidence: number
}

/** The answer to one file: its best classes, or why there is none. */
export type FileAnswer =
  | {
      readonly image: string
      readonly predictions: readonly Prediction[]
      readonly logits: readonly number[]
    }
  | { readonly image: string; readonly failure: Failure }

/**
 * Answers files in batches, in their order; a bad one is answered by its failure and the rest go on. As many are decoded at once
 * as there are cores. On the same cores that takes turns with answering: a loop over all of them is as slow as its slowest.
 */
export async function* predictFiles(
  classifier: Classifier,
  files: readonly string[],
  { topK, batchSize }: { readonly topK: number; readonly batchSize: number },
): AsyncGenerator<FileAnswer> {
  const together = Math.ceil(availableParallelism() / batchSize) * batchSize
  const ready = (from: number): Promise<Readied> => classifier.prepare(files.slice(from, from + together))
  let next: Promise<Readied> | undefined
  for (let start = 0; start < files.length; start += together) {
    const { failures, answer } = await (next ?? ready(start))
    const more = start + together < files.length
    next = more && classifier.elsewhere ? ready(start + together) : undefined
    const paths = files.slice(start, start + together)
    yield* ranked(paths, failures, await answer(batchSize), classifier.classes, topK)
  }
}

function* ranked(
  paths: readonly string[],
  failures: readonly (Failure | undefined)[],
  logits: Float32Array,
  labels: readonly string[],
  topK: number,
): Generator<FileAnswer> {
  const classes = labels.length
  const probabilities = softmax(logits, classes)
  for (const [row, image] of paths.entries()) {
    const failure = failures[row]
    if (failure) {
      yield { image, failure }
      continue
    }
    const own = [...probabilities.subarray(row * classes, (row + 1) * classes)]
    const predictions = own
      .map((confidence, class_id) => ({ label: labels[class_id] ?? '', class_id, confidence }))
      .sort((a, b) => b.confidence - a.confidence || a.class_id - b.class_id)
      .slice(0, topK)
    yield { image, predictions, logits: [...logits.subarray(row * classes, (row + 1) * classes)] }
  }
}
