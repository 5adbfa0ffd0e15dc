import * as v from 'valibot'
import { bool, int } from '../config/schema/field.ts'
import type { Callback, RunContext } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'

const side = (name: string) =>
  v.nullish(int(`${name} of the images that the file takes; null is what was trained on.`, { min: 1 }), null)

const schema = v.strictObject({
  output_dir: outputDirectory,
  opset_version: v.optional(int("Of ONNX's operators.", { min: 13, max: 21 }), 17),
  input_height: side('Height'),
  input_width: side('Width'),
  fold_bn: v.optional(bool('Fold batch norms into the convolutions before them.'), true),
})

/** Has the ONNX files written from the best checkpoint when the run ends by itself. */
export const onnxExport = defineCallback({
  name: 'onnx_export',
  aliases: classifierTrainingNames('onnx_export', 'ONNXExportCallback'),
  schema,
  create: (options): Callback => ({
    name: 'onnx_export',
    role: 'controller',
    runStart: (context) => {
      const [height, width] = context.model.input_hw
      const asked = askedSize(options, context)
      if (asked[0] !== height || asked[1] !== width)
        context.logger.warn(
          `onnx_export: the file will take images of ${asked.join(' × ')} as input_height and input_width say; the metrics of the run are those of ${height} × ${width}`,
        )
      return undefined
    },
    runEnd: (event, context) => {
      if (event.status !== 'completed' && event.status !== 'stopped') return undefined
      return [
        {
          kind: 'export',
          directory: runPath(context.directory, options.output_dir),
          opset: options.opset_version,
          foldBn: options.fold_bn,
          inputSize: askedSize(options, context),
          from: 'best',
        },
      ]
    },
  }),
})

function askedSize(
  options: v.InferOutput<typeof schema>,
  { model }: RunContext,
): readonly [height: number, width: number] {
  const [height, width] = model.input_hw
  return [options.input_height ?? height, options.input_width ?? width]
}
