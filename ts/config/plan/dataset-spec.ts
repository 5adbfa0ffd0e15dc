import type { DatasetSpec } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'

/** What to scan before a plan can be made. `root` stands in for `data.data_root` where that is null. */
export function datasetSpec({ data }: Pick<Config, 'data'>, root: string): DatasetSpec {
  return {
    root,
    format: data.format,
    on_error: data.on_error,
    exif_transpose: data.exif_transpose,
    classes: data.classes === null ? null : [...data.classes],
  }
}
