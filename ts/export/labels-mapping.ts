import type { ExportPreprocessing, LossSpec } from '../native/spec.d.ts'

/** `labels_mapping.json`: how others turn an image into the model's input and its output into a name. */
export interface LabelsMapping {
  readonly num_classes: number
  readonly class_to_idx: Readonly<Record<string, number>>
  readonly idx_to_class: Readonly<Record<string, string>>
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] }
  /** What the validation images went through before normalisation; `null` where it is not resize and centre crop. */
  readonly preprocessing: {
    /** One number (the shorter side) or [height, width]. */
    readonly resize: readonly number[] | null
    /** [height, width]. */
    readonly center_crop: readonly number[] | null
    readonly interpolation: 'bilinear'
    readonly antialias: boolean
    /** Whether images are turned as their EXIF orientation says before all else. */
    readonly exif_transpose: boolean
  } | null
  /** What the model was trained to lower, so that who scores the file reports the `loss` that the trainer did. */
  readonly loss: LossSpec | null
  /** Of the ONNX file beside it; `null` where there is none yet. */
  readonly model_sha256: string | null
}

export interface LabelsMappingFacts {
  /** Names in index order. */
  readonly classes: readonly string[]
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly preprocessing: ExportPreprocessing | null
  readonly exifTranspose?: boolean
  readonly loss: LossSpec | null
  readonly modelSha256: string | null
}

/** Throws a RangeError where two classes have one name: the mapping could not tell them apart. */
export function labelsMapping(facts: LabelsMappingFacts): LabelsMapping {
  const { classes, preprocessing } = facts
  const twice = classes.find((name, index) => classes.indexOf(name) !== index)
  if (twice !== undefined) throw new RangeError(`two classes are called ${JSON.stringify(twice)}`)
  return {
    num_classes: classes.length,
    // From entries, so that a class called `__proto__` is a key like any other.
    class_to_idx: Object.fromEntries(classes.map((name, index) => [name, index])),
    idx_to_class: Object.fromEntries(classes.map((name, index) => [String(index), name])),
    normalization: { mean: facts.mean, std: facts.std },
    preprocessing: preprocessing && {
      resize: preprocessing.resize,
      center_crop: preprocessing.crop,
      interpolation: 'bilinear',
      antialias: preprocessing.antialias,
      exif_transpose: facts.exifTranspose ?? false,
    },
    loss: facts.loss,
    model_sha256: facts.modelSha256,
  }
}
