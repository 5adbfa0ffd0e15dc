import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { type ExportedModel, exportModel } from '../export/export-model.ts'
import { exportPreprocessing } from '../export/export-preprocessing.ts'
import { preprocessingAt } from '../export/preprocessing-at.ts'
import type { Logger } from '../logging/logger.ts'
import type { Session } from '../native/engine.ts'
import type { OpenReport, Plan, Weights } from '../native/spec.d.ts'

/** The batch on which a written file is compared with the trainer. */
const checkImages = 16

export interface OnnxExport {
  /** Folder that gets `model.onnx`, `model.uint8.onnx` and `labels_mapping.json`. */
  readonly directory: string
  readonly file?: string
  readonly opset: number
  readonly foldBn: boolean
  readonly weights: Weights
  readonly plan: Plan
  readonly classes: readonly string[]
  readonly model: Pick<OpenReport, 'input_hw' | 'mean' | 'std'>
  readonly exifTranspose: boolean
  /** Height and width of the images; absent: what the model was trained on. */
  readonly inputSize?: readonly [height: number, width: number] | undefined
}

/** Writes the ONNX files of a session's weights and what belongs beside them, checked with onnxruntime. */
export async function exportOnnx(
  session: Session,
  request: OnnxExport,
  logger: Logger,
): Promise<ExportedModel> {
  const { plan, model, classes } = request
  const { preprocessing, problem } = exportPreprocessing(plan.eval_loader.transforms)
  const inputSize = request.inputSize ?? model.input_hw
  checkSize(inputSize)
  if (problem !== undefined)
    logger.warn(`no model.uint8.onnx is written: the validation pipeline has ${problem}`)
  const exported = await exportModel(session, {
    path: join(request.directory, request.file ?? 'model.onnx'),
    opset: request.opset,
    foldBn: request.foldBn,
    weights: request.weights,
    inputSize,
    classes,
    exifTranspose: request.exifTranspose,
    mean: model.mean,
    std: model.std,
    preprocessing: preprocessing ? preprocessingAt(preprocessing, model.input_hw, inputSize) : null,
    loss: plan.train.loss,
    metadata: { architecture: plan.model.architecture },
    checkImages,
  })
  const { agreement, report } = exported
  logger.info(`wrote ${report.model.path} (${(report.model.bytes / 1e6).toFixed(1)} MB)`, {
    opset: request.opset,
    checked_images: agreement.images,
    max_logit_difference: agreement.maxDifference,
  })
  return exported
}

/** Every network halves the image five times, and one pixel must be left. */
const smallest = 32
const largest = 8192

function checkSize(size: readonly [number, number]): void {
  if (size.every((side) => side >= smallest && side <= largest)) return
  throw new ConfigError({
    key: 'image_size',
    message: `images of ${size.join(' × ')} cannot be exported`,
    hint: `${smallest} to ${largest} pixels a side`,
  })
}
