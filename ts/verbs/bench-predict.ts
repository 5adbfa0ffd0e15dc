import type { Precision } from '../native/spec.d.ts'
import { imageFiles } from './image-files.ts'
import { findModel } from './model-source.ts'
import { openClassifier, predictFiles } from './predict.ts'

const begun = Date.now() - performance.now()

export interface BenchPredict {
  readonly model: string
  readonly images: string
  readonly batchSize: number
  readonly seconds: number
  readonly precision: Precision
}

export interface PredictFigures {
  readonly images_per_second: number
  /** Process start to the first answer. */
  readonly first_answer_s: number
  readonly images: number
}

/** Answers the images of a folder again and again for some seconds, from the file to the named class, after a first pass. */
export async function benchPredict(options: BenchPredict): Promise<PredictFigures> {
  const files = await imageFiles([options.images])
  const classifier = await openClassifier(await findModel(options.model), options.precision, files.length)
  const { batchSize, seconds } = options
  try {
    let first: number | undefined
    for await (const answer of predictFiles(classifier, files.slice(0, batchSize), { topK: 1, batchSize })) {
      if ('failure' in answer) throw answer.failure
      first ??= (Date.now() - begun) / 1000
    }
    let images = 0
    const began = performance.now()
    const elapsed = (): number => (performance.now() - began) / 1000
    while (elapsed() < seconds)
      for await (const _ of predictFiles(classifier, files, { topK: 1, batchSize })) {
        images++
        if (images % batchSize === 0 && elapsed() >= seconds) break
      }
    return { images_per_second: images / elapsed(), first_answer_s: first ?? Number.NaN, images }
  } finally {
    await classifier.close()
  }
}
