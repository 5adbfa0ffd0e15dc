import type { Failure } from '../errors/index.ts'
import { softmax } from '../metrics/classification.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import type { Transform } from '../native/spec.d.ts'
import type { ModelSource } from './model-source.ts'
import { openOnnxModel } from './onnx-model.ts'
import { planFacts } from './plan-file.ts'
import { scoringPlan } from './scoring-plan.ts'

/** A finished model that answers 8-bit images. */
export interface Classifier {
  readonly classes: readonly string[]
  readonly transforms: readonly Transform[]
  readonly exifTranspose: boolean
  predict(images: Uint8Array, n: number, height: number, width: number): Promise<Float32Array>
  close(): Promise<void>
}

/** Opens a checkpoint through the engine or an ONNX file through onnxruntime. */
export async function openClassifier(engine: NativeEngine, source: ModelSource): Promise<Classifier> {
  if (source.kind === 'onnx') return { ...(await openOnnxModel(source)), exifTranspose: false }
  const { session } = await engine.openSession(scoringPlan(source.plan, source.directory), null)
  return {
    classes: source.state.classes,
    transforms: source.plan.eval_loader.transforms,
    exifTranspose: (await planFacts(source))?.exifTranspose ?? false,
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
  engine: NativeEngine,
  classifier: Classifier,
  files: readonly string[],
  { topK, batchSize }: { readonly topK: number; readonly batchSize: number },
): AsyncGenerator<FileAnswer> {
  const prepare = engine.openPreprocessor(classifier.transforms, classifier.exifTranspose)
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
