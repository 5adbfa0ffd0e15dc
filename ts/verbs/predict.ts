import { ConfigError, type Failure } from '../errors/index.ts'
import { softmax } from '../metrics/classification.ts'
import type { NativeImages } from '../native/native-images.ts'
import type { Precision, Transform } from '../native/spec.d.ts'
import type { ModelSource } from './model-source.ts'
import { openOnnxModel } from './onnx-model.ts'
import { openEngine } from './open-engine.ts'
import { openImages } from './open-images.ts'
import { planFacts } from './plan-file.ts'
import { scoringPlan } from './scoring-plan.ts'

/** A finished model that answers 8-bit images. */
export interface Classifier {
  readonly classes: readonly string[]
  readonly transforms: readonly Transform[]
  readonly exifTranspose: boolean
  /** What reads files for it. */
  readonly images: NativeImages
  predict(images: Uint8Array, n: number, height: number, width: number): Promise<Float32Array>
  close(): Promise<void>
}

/**
 * Opens a checkpoint through the engine, or an ONNX file through onnxruntime: that needs no libtorch.
 * @param precision Of a checkpoint's answers. `32` are those that were scored; `bf16-mixed` is faster where the processor
 * multiplies bfloat16 itself. An ONNX file is in 32 bits.
 */
export async function openClassifier(source: ModelSource, precision: Precision = '32'): Promise<Classifier> {
  if (source.kind === 'onnx') {
    if (precision !== '32')
      throw new ConfigError({
        key: 'precision',
        message: `${source.file} answers in 32 bits, not ${precision}`,
        hint: 'leave precision out, or give the run folder',
      })
    const [images, model] = await Promise.all([openImages(), openOnnxModel(source)])
    return { ...model, images }
  }
  const engine = await openEngine()
  const scoring = scoringPlan(source.plan, source.directory)
  const plan = { ...scoring, machine: { ...scoring.machine, precision } }
  const { session } = await engine.openSession(plan, null)
  return {
    classes: source.state.classes,
    transforms: source.plan.eval_loader.transforms,
    exifTranspose: (await planFacts(source))?.exifTranspose ?? false,
    images: engine,
    predict: (images, n, height, width) => session.predict(images, n, height, width, 'raw'),
    close: () => session.close(),
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

/** Answers files in batches, in their order; a bad one is answered by its failure and the rest go on. */
export async function* predictFiles(
  classifier: Classifier,
  files: readonly string[],
  { topK, batchSize }: { readonly topK: number; readonly batchSize: number },
): AsyncGenerator<FileAnswer> {
  const prepare = classifier.images.openPreprocessor(classifier.transforms, classifier.exifTranspose)
  const parts = Array.from({ length: Math.ceil(files.length / batchSize) }, (_, part) =>
    files.slice(part * batchSize, (part + 1) * batchSize),
  )
  const classes = classifier.classes.length
  // The next batch is decoded while this one is answered.
  let next = parts[0] ? prepare(parts[0]) : undefined
  for (const [part, paths] of parts.entries()) {
    if (!next) break
    const { images, failures, height, width } = await next
    const following = parts[part + 1]
    next = following ? prepare(following) : undefined
    const logits = await classifier.predict(images, paths.length, height, width)
    const probabilities = softmax(logits, classes)
    for (const [row, image] of paths.entries()) {
      const failure = failures[row]
      if (failure) {
        yield { image, failure }
        continue
      }
      const own = [...probabilities.subarray(row * classes, (row + 1) * classes)]
      const ranked = own.map((confidence, class_id) => ({
        label: classifier.classes[class_id] ?? '',
        class_id,
        confidence,
      }))
      ranked.sort((a, b) => b.confidence - a.confidence || a.class_id - b.class_id)
      const predictions = ranked.slice(0, topK)
      yield { image, predictions, logits: [...logits.subarray(row * classes, (row + 1) * classes)] }
    }
  }
}
