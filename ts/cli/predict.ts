import * as v from 'valibot'
import { ConfigError } from '../errors/index.ts'
import { plainName } from '../plot/plain-name.ts'
import { createAnnotator } from '../verbs/annotate.ts'
import { imageFiles } from '../verbs/image-files.ts'
import { findModel } from '../verbs/model-source.ts'
import { openClassifier, predictFiles } from '../verbs/predict.ts'
import { percent } from './number-format.ts'
import { joined, readWords, wholeNumber } from './words.ts'

const help = `usage: classifier-training predict model=PATH IMAGE_OR_FOLDER… [--output DIR] [top_k=5] [batch_size=32] [precision=32]
       [--json]

Classifies images: files, folders (searched), glob patterns, or - for a list on stdin. Bad files are named and the rest go on;
the exit code is then 3.

  model=PATH    a run folder (its best checkpoint), a checkpoint folder, or an .onnx file with its labels_mapping.json;
                an .onnx file is asked through onnxruntime and needs no libtorch
  precision=P   of a checkpoint's answers: 32 as it was scored (the default), or bf16-mixed, which is faster where the
                processor multiplies bfloat16 itself
  --output DIR  also write the images there with their answers drawn below, and predictions.jsonl
  --json        one line an image: {"image","predictions":[{"label","class_id","confidence"}…],"logits":[…]}
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { options, bare, flags } = readWords(joined(argv, '--output'), {
    command: 'predict',
    entries: {
      model: v.string(),
      top_k: v.optional(wholeNumber(1), '5'),
      batch_size: v.optional(wholeNumber(1), '32'),
      output: v.optional(v.string()),
      precision: v.optional(
        v.picklist(['32', 'bf16-mixed', '16-mixed'], 'must be 32, bf16-mixed or 16-mixed'),
      ),
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
  const classifier = await openClassifier(source, options.precision, files.length)
  const { output } = options
  const annotator = output === undefined ? undefined : createAnnotator(output, files, classifier)
  let failed = 0
  try {
    for await (const answer of predictFiles(classifier, files, {
      topK: options.top_k,
      batchSize: options.batch_size,
    })) {
      if ('failure' in answer) {
        failed++
        process.stderr.write(`error: ${answer.failure.message}\n`)
        continue
      }
      const { image, predictions } = answer
      const text = predictions
        .map(({ label, confidence }) => `${plainName(label)} ${percent(confidence)}`)
        .join('  ')
      await annotator?.write(answer)
      process.stdout.write(flags.has('--json') ? `${JSON.stringify(answer)}\n` : `${image}  ${text}\n`)
    }
    await annotator?.finish()
  } finally {
    await classifier.close()
  }
  if (output !== undefined) process.stderr.write(`written to ${output}\n`)
  if (failed === 0) return 0
  process.stderr.write(`${failed} of ${files.length} images could not be read\n`)
  return 3
}
