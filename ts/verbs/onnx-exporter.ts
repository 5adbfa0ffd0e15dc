import { join } from 'node:path'
import { type ExportedModel, exportModel } from '../export/export-model.ts'
import { exportPreprocessing } from '../export/export-preprocessing.ts'
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
}

/** Writes the ONNX files of a session's weights and what belongs beside them, checked with onnxruntime. */
export async function exportOnnx(
  session: Session,
  request: OnnxExport,
  logger: Logger,
): Promise<ExportedModel> {
  const { plan, model, classes } = request
  const { preprocessing = null, problem } = exportPreprocessing(plan.eval_loader.transforms)
  if (problem !== undefined)
    logger.warn(`no model.uint8.onnx is written: the validation pipeline has ${problem}`)
  const exported = await exportModel(session, {
    path: join(request.directory, request.file ?? 'model.onnx'),
    opset: request.opset,
    foldBn: request.foldBn,
    weights: request.weights,
    inputSize: model.input_hw,
    classes,
    mean: model.mean,
    std: model.std,
    preprocessing,
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
