import * as v from 'valibot'
import type { PipelineStep } from '../registry/transform-target.ts'
import { field, int } from './field.ts'

/** A pipeline; `readPipeline` has parsed it before the schema sees it. Null is the standard one. */
const pipeline = (description: string) =>
  v.optional(
    field<readonly PipelineStep[] | null>(description, {
      expected: 'a list of transforms, a Compose, or null',
      json: { $ref: '#/$defs/pipeline' },
      parse: (input) => (input === null || Array.isArray(input) ? input : undefined),
    }),
    null,
  )

/** Keys of the `transforms` group that hold a pipeline, by split; the longer names are the Python tree's. */
export const pipelineKeys = {
  train: ['train', 'train_transforms'],
  val: ['val', 'val_transforms'],
  test: ['test', 'test_transforms'],
} as const

const train = 'Transforms of the train split; null: random resized crop, flip, colour jitter, normalise.'
const val =
  'Transforms of the validation split; null: resize to ⌊image_size · 256 / 224⌋, centre crop, normalise.'
const test = 'Transforms of the test split; null: those of the validation split.'

/** The `transforms` group. */
export const transformsSchema = v.object({
  image_size: v.optional(
    v.nullable(int('Side of what the model sees; null takes data.image_size.', { min: 8, max: 4096 })),
    null,
  ),
  train: pipeline(train),
  val: pipeline(val),
  test: pipeline(test),
  train_transforms: pipeline(`${train} The Python tree's name of \`train\`.`),
  val_transforms: pipeline(`${val} The Python tree's name of \`val\`.`),
  test_transforms: pipeline(`${test} The Python tree's name of \`test\`.`),
})
