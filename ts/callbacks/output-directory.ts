import * as v from 'valibot'
import { text } from '../config/schema/field.ts'

/** Schema of `output_dir`, which every callback that writes files has. */
export const outputDirectory = v.nullish(
  text('Where the files go; relative paths and null lie in the run folder.'),
  null,
)
