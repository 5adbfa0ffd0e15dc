import type { ExportPreprocessing, Transform } from '../native/spec.d.ts'

export type PreprocessingAnswer =
  | { readonly preprocessing: ExportPreprocessing; readonly problem?: never }
  | { readonly preprocessing?: never; readonly problem: string }

/**
 * What a validation pipeline does to an image, as an ONNX graph can do it: a bilinear Resize, a CenterCrop and a
 * Normalize in this order, each at most once. Any other pipeline is answered by what is in the way.
 */
export function exportPreprocessing(transforms: readonly Transform[]): PreprocessingAnswer {
  const steps = flat(transforms)
  let resize: ExportPreprocessing['resize'] = null
  let crop: ExportPreprocessing['crop'] = null
  let normalize: Pick<ExportPreprocessing, 'mean' | 'std'> | null = null
  let antialias = true
  for (const step of steps) {
    switch (step.kind) {
      case 'resize':
        if (resize || crop || normalize) return outOfOrder(step.kind)
        if (step.interpolation !== 'bilinear') return { problem: `a ${step.interpolation} resize` }
        if (step.max_size !== null || step.size.length === 0)
          return { problem: 'a resize with a largest size' }
        resize = step.size
        antialias = step.antialias
        break
      case 'center_crop':
        if (crop || normalize) return outOfOrder(step.kind)
        crop = step.size
        break
      case 'normalize':
        if (normalize) return outOfOrder(step.kind)
        normalize = { mean: step.mean, std: step.std }
        break
      case 'to_dtype':
        if (step.dtype !== 'float32') return { problem: `numbers of type ${step.dtype}` }
        if (!step.scale) return { problem: 'to_dtype without scaling' }
        break
      case 'convert_image_dtype':
        if (step.dtype !== 'float32') return { problem: `numbers of type ${step.dtype}` }
        break
      case 'to_float32_tensor':
        if (!step.scale) return { problem: 'to_float32_tensor without scaling' }
        break
      default:
        if (!neutral.has(step.kind)) return { problem: `the transform ${step.kind}` }
    }
  }
  return {
    preprocessing: {
      resize,
      antialias,
      crop,
      mean: normalize?.mean ?? [0, 0, 0],
      std: normalize?.std ?? [1, 1, 1],
    },
  }
}

/** Change the type of an 8-bit RGB image, or nothing. */
const neutral: ReadonlySet<Transform['kind']> = new Set<Transform['kind']>([
  'identity',
  'rgb',
  'to_image',
  'pil_to_tensor',
  'to_tensor',
  'to_pure_tensor',
])

function flat(transforms: readonly Transform[]): Transform[] {
  return transforms.flatMap((step) => (step.kind === 'compose' ? flat(step.transforms) : [step]))
}

function outOfOrder(kind: string): PreprocessingAnswer {
  return { problem: `${kind} twice or out of the order resize, center_crop, normalize` }
}
