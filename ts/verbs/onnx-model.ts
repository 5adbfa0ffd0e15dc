import { readFile } from 'node:fs/promises'
import { CheckpointError } from '../errors/index.ts'
import type { LabelsMapping } from '../export/labels-mapping.ts'
import { openOnnx } from '../export/onnx-runtime.ts'
import { thisMachine } from '../native/machine.ts'
import type { LossSpec, Transform } from '../native/spec.d.ts'
import type { ModelSource } from './model-source.ts'

/** An exported model, with what it says of itself. */
export interface OnnxModel {
  readonly classes: readonly string[]
  /** The validation pipeline, from the mapping beside the file. */
  readonly transforms: readonly Transform[]
  readonly exifTranspose: boolean
  /** What it was trained with, where the mapping says it. */
  readonly loss: LossSpec | undefined
  /** By channel. */
  readonly normalization: readonly [mean: readonly number[], std: readonly number[]]
  /** Logits [n, classes] of normalised images [n, 3, height, width]. */
  answer(planes: Float32Array, n: number, height: number, width: number): Promise<Float32Array>
  close(): Promise<void>
}

/** Opens an ONNX file with its `labels_mapping.json`. What they lack or contradict is a CheckpointError. */
export async function openOnnxModel(
  { file, mapping }: Extract<ModelSource, { kind: 'onnx' }>,
  images?: number,
): Promise<OnnxModel> {
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
  const model = await openOnnx(file, {
    cache: thisMachine().cache,
    ...(images === undefined ? {} : { images }),
  })
  if (model.inputType !== 'float32')
    throw new CheckpointError(
      `${file} takes ${model.inputType ?? 'no'} input, normalised float32 images are shown to it`,
      {
        hint: 'model.uint8.onnx is for programs that show it images as they are; give model.onnx, which lies beside it',
      },
    )
  const [mean, std] = [normalization.mean, normalization.std]
  return {
    classes,
    transforms: pipeline(preprocessing, mean, std),
    // A mapping of before this key was written says nothing of it.
    exifTranspose: preprocessing.exif_transpose ?? false,
    loss: facts.loss ?? undefined,
    normalization: [mean, std],
    async answer(planes, n, height, width) {
      const { logits } = await model.run(planes, [n, 3, height, width])
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
