import type { ExportPreprocessing } from '../native/spec.d.ts'

type Size = readonly [height: number, width: number]

/** Preprocessing to another size of image: the crop is that size, and the resize before it grows or shrinks in the same ratio. */
export function preprocessingAt(
  preprocessing: ExportPreprocessing,
  from: Size,
  to: Size,
): ExportPreprocessing {
  if (from[0] === to[0] && from[1] === to[1]) return preprocessing
  const { resize, crop } = preprocessing
  const ratios = [to[0] / from[0], to[1] / from[1]] as const
  const scaled =
    resize?.length === 2
      ? [Math.floor((resize[0] ?? 0) * ratios[0]), Math.floor((resize[1] ?? 0) * ratios[1])]
      : // The shorter side must still hold the crop.
        (resize?.map((side) => Math.floor(side * Math.max(...ratios))) ?? null)
  return { ...preprocessing, resize: scaled, crop: crop === null && scaled?.length === 2 ? null : [...to] }
}
