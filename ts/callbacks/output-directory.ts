import * as v from 'valibot'

/** Schema of `output_dir`, which every callback that writes files has. */
export const outputDirectory = v.nullish(
  v.pipe(v.string(), v.description('Where the files go; relative paths and null lie in the run folder.')),
  null,
)
