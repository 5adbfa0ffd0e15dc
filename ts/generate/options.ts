import * as v from 'valibot'
import { ConfigError } from '../errors/index.ts'

/** Where the data set lies when nothing else is said, relative to where the command was started. */
export const DEFAULT_OUTPUT = 'outputs/datasets/jersey-numbers'

const schema = v.strictObject({
  output: v.pipe(v.string(), v.trim(), v.nonEmpty('must name a folder')),
  count: v.optional(
    v.pipe(
      v.number('must be a whole number'),
      v.integer('must be a whole number'),
      v.minValue(60, 'must be at least 60, so that training has an image of each class'),
      v.maxValue(1_000_000, 'must be at most 1000000'),
    ),
    6000,
  ),
  seed: v.optional(
    v.pipe(
      v.number('must be a whole number'),
      v.safeInteger('must be a whole number'),
      v.minValue(0, 'must not be negative'),
    ),
    0,
  ),
  imageSize: v.optional(
    v.pipe(
      v.number('must be a whole number'),
      v.integer('must be a whole number'),
      v.minValue(32, 'must be at least 32 pixels: numbers cannot be read on less'),
      v.maxValue(512, 'must be at most 512 pixels'),
    ),
    64,
  ),
})

/**
 * `output`: folder of the data set. `count` (6000): images in all splits together. `seed` (0): which data set of that
 * size. `imageSize` (64): the longer side that an image may have, in pixels.
 */
export type GenerateOptions = v.InferInput<typeof schema>
export type ResolvedGenerateOptions = v.InferOutput<typeof schema>

/** Fills in the defaults. Throws ConfigError with everything that is wrong. */
export function resolveOptions(options: unknown): ResolvedGenerateOptions {
  const result = v.safeParse(schema, options)
  if (result.success) return result.output
  throw new ConfigError(
    result.issues.map((issue) => {
      const key = v.getDotPath(issue)?.replace('imageSize', 'image_size') ?? ''
      const message = issue.message
      return { key, message: `${message}, not ${JSON.stringify(issue.input)}` }
    }),
  )
}
