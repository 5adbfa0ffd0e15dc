import { basename, dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { ConfigError } from '../errors/index.ts'
import { consoleSink } from '../logging/console-sink.ts'
import { createLogger } from '../logging/logger.ts'
import { findModel } from '../verbs/model-source.ts'
import { exportOnnx } from '../verbs/onnx-exporter.ts'
import { openEngine } from '../verbs/open-engine.ts'
import { planFacts } from '../verbs/plan-file.ts'
import { scoringPlan } from '../verbs/scoring-plan.ts'
import { terminalScreen } from './screen.ts'
import { readWords, wholeNumber, wholeNumberWithin, yesOrNo } from './words.ts'

const help = `usage: classifier-training export model=PATH [opset=17] [output=FILE.onnx] [image_size=N] [fold_bn=true]
       [--json]

Writes model.onnx, model.uint8.onnx (preprocessing inside) and labels_mapping.json of a run or checkpoint, and checks them with
onnxruntime against the trainer's own answers. What is there already stays if the check fails.

  model=PATH       a run folder (its best checkpoint), a checkpoint folder, or a best/last pointer
  opset=N          13 … 21 (17)
  output=FILE      the ONNX file (model.onnx beside the run's other files)
  image_size=N     pixels a side of the images that the file takes (what the model was trained on)
  fold_bn=false    keep batch norms as nodes of their own
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { options, flags } = readWords(argv, {
    command: 'export',
    entries: {
      model: v.string(),
      opset: v.optional(wholeNumberWithin(13, 21), '17'),
      output: v.optional(v.string()),
      image_size: v.optional(wholeNumber(1)),
      fold_bn: v.optional(yesOrNo, 'true'),
    },
    flags: ['--json'],
  })
  const source = await findModel(options.model)
  if (source.kind === 'onnx')
    throw new ConfigError({
      key: 'model',
      message: `${options.model} is an ONNX file already`,
      hint: 'give the run or checkpoint folder',
    })
  const output = resolve(options.output ?? `${source.run ?? source.directory}/model.onnx`)
  const logger = createLogger('export', 'info', [consoleSink(terminalScreen())])
  const engine = await openEngine()
  const { session, report: model } = await engine.openSession(
    scoringPlan(source.plan, source.directory),
    null,
  )
  try {
    const request = {
      directory: dirname(output),
      file: basename(output),
      opset: options.opset,
      foldBn: options.fold_bn,
      inputSize:
        options.image_size === undefined ? undefined : ([options.image_size, options.image_size] as const),
      weights: 'raw' as const,
      exifTranspose: (await planFacts(source))?.exifTranspose ?? false,
      plan: source.plan,
      classes: source.state.classes,
      model,
    }
    const exported = await exportOnnx(session, request, logger)
    const { files, agreement } = exported
    if (flags.has('--json')) {
      const { images, maxDifference, scale } = agreement
      const answer = {
        files,
        checked_images: images,
        max_logit_difference: maxDifference,
        logit_scale: scale,
      }
      process.stdout.write(`${JSON.stringify(answer)}\n`)
    } else process.stdout.write(`${files.join('\n')}\n`)
    return 0
  } finally {
    await session.close()
  }
}
