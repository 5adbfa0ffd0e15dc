import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { exportPreprocessing } from '../export/export-preprocessing.ts'
import { labelsMapping } from '../export/labels-mapping.ts'
import { writeJson } from '../files/write-json.ts'
import type { Action, Callback, RunContext } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { type ModelCost, resnetCost } from './model-cost.ts'
import { modelColumns, modelRows, modelTable } from './model-table.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'

const schema = v.strictObject({ output_dir: outputDirectory })

/** Writes `model_info.json` and `labels_mapping.json` and logs a table of the network at the start of a run. */
export const modelInfo = defineCallback({
  name: 'model_info',
  aliases: classifierTrainingNames('model_info', 'ModelInfoCallback'),
  schema,
  create: (options): Callback => ({
    name: 'model_info',
    role: 'observer',
    runStart: async (context) => {
      const directory = runPath(context.directory, options.output_dir)
      const { architecture } = context.plan.model
      const cost = resnetCost(context.model.parameters, context.model.input_hw)
      await mkdir(directory, { recursive: true })
      await writeJson(join(directory, 'labels_mapping.json'), mappingOf(context))
      await writeJson(join(directory, 'model_info.json'), infoOf(context, cost))
      if (cost === undefined) {
        context.logger.warn(
          `model_info: the layers of ${architecture} are not known, so their cost is not counted`,
        )
        return undefined
      }
      const [height, width] = context.model.input_hw
      const facts = `${(cost.parameters / 1e6).toFixed(2)} M parameters, ${(cost.macs / 1e9).toFixed(3)} GMACs at ${height} × ${width}`
      context.logger.info(`${architecture}: ${facts}\n${modelTable(cost, true)}`)
      const table: Action = {
        kind: 'table',
        key: 'model',
        columns: modelColumns,
        rows: modelRows(cost, false),
      }
      return [table]
    },
  }),
})

function infoOf({ model, plan }: RunContext, cost: ModelCost | undefined): object {
  const count = (of: typeof model.parameters): number =>
    of.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0)
  const parameters = count(model.parameters)
  return {
    architecture: plan.model.architecture,
    num_classes: plan.model.num_classes,
    input_hw: model.input_hw,
    parameters,
    trainable: count(model.parameters.filter(({ trainable }) => trainable)),
    /** Of the parameters alone, in bytes. */
    size_bytes: {
      float32: 4 * parameters,
      float16: 2 * parameters,
      bfloat16: 2 * parameters,
      int8: parameters,
    },
    macs: cost?.macs ?? null,
    flops: cost?.flops ?? null,
    layers: cost?.layers ?? null,
  }
}

/** The mapping before there is an ONNX file; the export writes it again with the file's hash. */
function mappingOf({ classes, model, plan }: RunContext): object {
  const { preprocessing } = exportPreprocessing(plan.eval_loader.transforms)
  return labelsMapping({
    classes,
    mean: model.mean,
    std: model.std,
    preprocessing: preprocessing ?? null,
    loss: plan.train.loss,
    modelSha256: null,
  })
}
