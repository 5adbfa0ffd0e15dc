import * as v from 'valibot'
import type { Precision } from '../../native/spec.d.ts'
import { imageFiles } from '../image-files.ts'
import { findModel } from '../model-source.ts'
import { type FileAnswer, openClassifier, predictFiles } from '../predict.ts'
import { checkOptions, count, path } from './check-options.ts'

/** What to ask, and about which images. */
export interface PredictOptions {
  /** A run folder (its best checkpoint), a checkpoint folder, a `best` or `last` pointer, or an ONNX file. */
  readonly model: string
  /** Files, folders (searched) and glob patterns. */
  readonly files: string | readonly string[]
  /** How many of the best classes to name; 5 by default. */
  readonly topK?: number | undefined
  /** Images answered at once; 32 by default. */
  readonly batchSize?: number | undefined
  /** Of a checkpoint's answers: `32` as they were scored (the default), or the faster `bf16-mixed`. */
  readonly precision?: Precision | undefined
}

const entries = {
  model: path,
  files: v.union([path, v.array(path)], 'must be paths'),
  topK: count,
  batchSize: count,
  precision: v.optional(v.picklist(['32', 'bf16-mixed', '16-mixed'], 'must be 32, bf16-mixed or 16-mixed')),
}

/** @see predict in `ts/index.ts` */
export async function* predict(options: PredictOptions): AsyncGenerator<FileAnswer, void, undefined> {
  checkOptions('predict', entries, options)
  const { model, files, topK = 5, batchSize = 32, precision } = options
  const source = await findModel(model)
  const words = typeof files === 'string' ? [files] : files
  // Only the command reads stdin: here a dash is a file's name.
  const paths = await imageFiles(words.map((word) => (word === '-' ? './-' : word)))
  const classifier = await openClassifier(source, precision, paths.length)
  try {
    yield* predictFiles(classifier, paths, { topK, batchSize })
  } finally {
    await classifier.close()
  }
}
