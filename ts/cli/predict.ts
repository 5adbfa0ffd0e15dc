import * as v from 'valibot'
import { ConfigError } from '../errors/index.ts'
import { imageFiles } from '../verbs/image-files.ts'
import { findModel } from '../verbs/model-source.ts'
import { openEngine } from '../verbs/open-engine.ts'
import { openClassifier, predictFiles } from '../verbs/predict.ts'
import { percent } from './number-format.ts'
import { readWords, wholeNumber } from './words.ts'

const help = `usage: classifier-training predict model=PATH IMAGE_OR_FOLDER… [top_k=5] [batch_size=32] [--json]

Classifies images: files, folders (searched), glob patterns, or - for a list on stdin. Bad files are named and the rest go on;
the exit code is then 3.

  model=PATH   a run folder (its best checkpoint), a checkpoint folder, or an .onnx file with its labels_mapping.json
  --json       one line an image: {"image","predictions":[{"label","class_id","confidence"}…],"logits":[…]}
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { options, bare, flags } = readWords(argv, {
    command: 'predict',
    entries: {
      model: v.string(),
      top_k: v.optional(wholeNumber(1), '5'),
      batch_size: v.optional(wholeNumber(1), '32'),
    },
    flags: ['--json'],
    bare: true,
  })
  if (bare.length === 0)
    throw new ConfigError({
      message: 'predict needs an image or a folder',
      hint: 'see `classifier-training predict --help`',
    })
  const source = await findModel(options.model)
  const files = await imageFiles(bare)
  const engine = await openEngine()
  const classifier = await openClassifier(engine, source)
  let failed = 0
  try {
    for await (const answer of predictFiles(engine, classifier, files, {
      topK: options.top_k,
      batchSize: options.batch_size,
    })) {
      if ('failure' in answer) {
        failed++
        process.stderr.write(`error: ${answer.failure.message}\n`)
        continue
      }
      const { image, predictions } = answer
      const text = predictions.map(({ label, confidence }) => `${label} ${percent(confidence)}`).join('  ')
      process.stdout.write(flags.has('--json') ? `${JSON.stringify(answer)}\n` : `${image}  ${text}\n`)
    }
  } finally {
    await classifier.close()
  }
  if (failed === 0) return 0
  process.stderr.write(`${failed} of ${files.length} images could not be read\n`)
  return 3
}
