import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EngineBug } from '../errors/index.ts'
import { writeJson } from '../files/write-json.ts'
import type { Session } from '../native/engine.ts'
import type { ExportPreprocessing, ExportReport, LossSpec, Weights } from '../native/spec.d.ts'
import { labelsMapping } from './labels-mapping.ts'
import { openOnnx } from './onnx-runtime.ts'
import { type OnnxAgreement, verifyOnnx } from './verify-onnx.ts'

/** A session that writes ONNX. */
export type ExportingSession = Pick<Session, 'export'>

export interface ExportOptions {
  /** The ONNX file to write; `labels_mapping.json` and the u8 model come to lie beside it. */
  readonly path: string
  readonly opset: number
  readonly foldBn: boolean
  readonly weights: Weights
  readonly inputSize: readonly [number, number] | null
  /** Class names in index order. */
  readonly classes: readonly string[]
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
  /** `null` where the validation pipeline is none that a graph can do: then no u8 model is written. */
  readonly preprocessing: ExportPreprocessing | null
  /** Whether the run's images were turned as their EXIF orientation says. */
  readonly exifTranspose?: boolean
  /** What the model was trained with. */
  readonly loss: LossSpec | null
  readonly metadata: Readonly<Record<string, string>>
  readonly checkImages: number
}

export interface ExportedModel {
  readonly report: ExportReport
  readonly agreement: OnnxAgreement
  /** All files written, the ONNX file first. */
  readonly files: readonly string[]
}

/**
 * Exports, checks with onnxruntime what was written, and only then puts it in place: on any failure the files that were
 * there before stay as they were.
 */
export async function exportModel(session: ExportingSession, options: ExportOptions): Promise<ExportedModel> {
  const folder = dirname(options.path)
  await mkdir(folder, { recursive: true })
  const staged = (path: string): string => join(folder, `.${basename(path)}.${process.pid}.tmp`)
  const imagePath = imageModelPath(options.path)
  const { preprocessing } = options
  const paths = preprocessing === null ? [options.path] : [options.path, imagePath]
  try {
    const { report, inputs, logits } = await session.export({
      path: staged(options.path),
      opset: options.opset,
      fold_bn: options.foldBn,
      weights: options.weights,
      input_hw: options.inputSize && [...options.inputSize],
      uint8: preprocessing && { path: staged(imagePath), preprocessing },
      labels: [...options.classes],
      metadata: { ...options.metadata },
      check_images: options.checkImages,
    })
    const classes = options.classes.length
    const agreement = await verifyOnnx({
      path: report.model.path,
      inputs,
      shape: report.check_shape,
      logits,
      classes,
    })
    if (report.uint8) await tryImageModel(report.uint8.path, classes)
    const mapping = labelsMapping({ ...options, modelSha256: report.model.sha256 })
    for (const path of paths) await rename(staged(path), path)
    const mappingPath = join(folder, 'labels_mapping.json')
    await writeJson(mappingPath, mapping)
    return { report: placed(report, paths), agreement, files: [...paths, mappingPath] }
  } finally {
    for (const path of paths) await rm(staged(path), { force: true })
  }
}

/** `model.onnx` → `model.uint8.onnx`. */
export function imageModelPath(path: string): string {
  return path.endsWith('.onnx') ? `${path.slice(0, -'.onnx'.length)}.uint8.onnx` : `${path}.uint8.onnx`
}

function placed(report: ExportReport, [path, imagePath]: readonly string[]): ExportReport {
  return {
    ...report,
    model: { ...report.model, path: path ?? report.model.path },
    uint8: report.uint8 && { ...report.uint8, path: imagePath ?? report.uint8.path },
  }
}

/** The u8 model takes images of two sizes and gives a distribution over the classes. */
async function tryImageModel(path: string, classes: number): Promise<void> {
  const file = await openOnnx(path)
  try {
    for (const [height, width] of [
      [37, 53],
      [300, 211],
    ] as const) {
      const gray = new Uint8Array(height * width * 3).fill(127)
      const probabilities = (await file.run(gray, [1, height, width, 3])).probabilities
      const sum = probabilities?.values.reduce((total, value) => total + value, 0) ?? Number.NaN
      if (probabilities?.dims.join() !== `1,${classes}` || !(Math.abs(sum - 1) < 1e-3))
        throw new EngineBug(
          `${path}: the answer to a ${width}×${height} image is no distribution over ${classes} classes`,
        )
    }
  } finally {
    await file.close()
  }
}
