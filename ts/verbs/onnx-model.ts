import { readFile } from 'node:fs/promises'
import { CheckpointError } from '../errors/index.ts'
import type { LabelsMapping } from '../export/labels-mapping.ts'
import { openOnnx } from '../export/onnx-runtime.ts'
import type { LossSpec, Transform } from '../native/spec.d.ts'
import type { ModelSource } from './model-source.ts'

/** An exported model: answers 8-bit images as the trainer's validation would have shown them. */
export interface OnnxModel {
  readonly classes: readonly string[]
  /** The validation pipeline, from the mapping beside the file. */
  readonly transforms: readonly Transform[]
  readonly exifTranspose: boolean
  /** What it was trained with, where the mapping says it. */
  readonly loss: LossSpec | undefined
  /** Logits [n, classes] of u8 images [n, height, width, 3]. */
  predict(images: Uint8Array, n: number, height: number, width: number): Promise<Float32Array>
  close(): Promise<void>
}

/** Opens an ONNX file with its `labels_mapping.json`. What they lack or contradict is a CheckpointError. */
export async function openOnnxModel({
  file,
  mapping,
}: Extract<ModelSource, { kind: 'onnx' }>): Promise<OnnxModel> {
  const facts = JSON.parse(await readFile(mapping, 'utf8')) as LabelsMapping
  const { preprocessing, normalization, num_classes } = facts
  if (!preprocessing?.resize && !preprocessing?.center_crop)
    throw new CheckpointError(`${mapping} does not say how images are prepared`, {
      hint: 'export the model again: `classifier-training export model=RUN`',
    })
  const classes = Array.from(
    { length: num_classes },
    (_, index) => facts.idx_to_class[String(index)] ?? String(index),
  )
  const model = await openOnnx(file)
  const [mean, std] = [normalization.mean, normalization.std]
  return {
    classes,
    transforms: pipeline(preprocessing, mean, std),
    // A mapping of before this key was written says nothing of it.
    exifTranspose: preprocessing.exif_transpose ?? false,
    loss: facts.loss ?? undefined,
    async predict(images, n, height, width) {
      const inputs = normalizedPlanes(images, n, height * width, mean, std)
      const { logits } = await model.run(inputs, [n, 3, height, width])
      if (!logits) throw new CheckpointError(`${file} has no output "logits"`)
      if (logits.dims[1] !== num_classes)
        throw new CheckpointError(
          `${file} answers with ${logits.dims[1]} classes, ${mapping} names ${num_classes}`,
        )
      return logits.values
    },
    close: () => model.close(),
  }
}

function pipeline(
  { resize, center_crop, antialias }: NonNullable<LabelsMapping['preprocessing']>,
  mean: readonly number[],
  std: readonly number[],
): Transform[] {
  const triple = (values: readonly number[]): [number, number, number] => [
    values[0] ?? 0,
    values[1] ?? 0,
    values[2] ?? 0,
  ]
  return [
    ...(resize
      ? [
          {
            kind: 'resize' as const,
            size: [...resize],
            interpolation: 'bilinear' as const,
            max_size: null,
            antialias,
          },
        ]
      : []),
    ...(center_crop
      ? [
          {
            kind: 'center_crop' as const,
            size: [center_crop[0] ?? 0, center_crop[1] ?? 0] as [number, number],
          },
        ]
      : []),
    { kind: 'normalize' as const, mean: triple(mean), std: triple(std) },
  ]
}

/** f32 [n, 3, pixels] of u8 [n, pixels, 3]: (x / 255 − mean) / std. */
export function normalizedPlanes(
  images: Uint8Array,
  n: number,
  pixels: number,
  mean: readonly number[],
  std: readonly number[],
): Float32Array {
  const planes = new Float32Array(n * 3 * pixels)
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < 3; channel++) {
      const table = Float32Array.from(
        { length: 256 },
        (_, x) => (x / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1),
      )
      const from = image * pixels * 3 + channel
      const to = (image * 3 + channel) * pixels
      for (let at = 0; at < pixels; at++) planes[to + at] = table[images[from + at * 3] ?? 0] ?? 0
    }
  return planes
}
