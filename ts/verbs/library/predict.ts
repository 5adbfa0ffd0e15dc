import * as v from 'valibot'
import { imageFiles } from '../image-files.ts'
import { findModel } from '../model-source.ts'
import { openEngine } from '../open-engine.ts'
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
}

const entries = {
  model: path,
  files: v.union([path, v.array(path)], 'must be paths'),
  topK: count,
  batchSize: count,
}

/** @see predict in `ts/index.ts` */
export async function* predict(options: PredictOptions): AsyncGenerator<FileAnswer, void, undefined> {
  checkOptions('predict', entries, options)
  const { model, files, topK = 5, batchSize = 32 } = options
  const source = await findModel(model)
  const words = typeof files === 'string' ? [files] : files
  // Only the command reads stdin: here a dash is a file's name.
  const paths = await imageFiles(words.map((word) => (word === '-' ? './-' : word)))
  const engine = await openEngine()
  const classifier = await openClassifier(engine, source)
  try {
    yield* predictFiles(engine, classifier, paths, { topK, batchSize })
  } finally {
    await classifier.close()
  }
}
