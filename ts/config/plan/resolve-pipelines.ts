import type { MixSpec, Transform } from '../../native/spec.d.ts'
import type { PipelineStep } from '../registry/transform-target.ts'
import type { Config, MixConfig } from '../schema/config.ts'
import type { DeepReadonly } from '../schema/deep-readonly.ts'
import type { Report } from '../schema/report.ts'

/** ImageNet's statistics, which torchvision's weights expect. */
const normalize: Transform = { kind: 'normalize', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

/** The train pipeline where none is configured: that of the Python data module. */
export function standardTrain(side: number): Transform[] {
  return [
    {
      kind: 'random_resized_crop',
      size: [side, side],
      scale: [0.08, 1],
      ratio: [3 / 4, 4 / 3],
      interpolation: 'bilinear',
      antialias: true,
    },
    { kind: 'random_horizontal_flip', p: 0.5 },
    {
      kind: 'color_jitter',
      brightness: [0.8, 1.2],
      contrast: [0.8, 1.2],
      saturation: [0.8, 1.2],
      hue: [-0.1, 0.1],
    },
    normalize,
  ]
}

/** The evaluation pipeline where none is configured: ImageNet's 256 to 224, at any size. */
export function standardEvaluation(side: number): Transform[] {
  const size = [Math.floor((side * 256) / 224)]
  return [
    { kind: 'resize', size, interpolation: 'bilinear', max_size: null, antialias: true },
    { kind: 'center_crop', size: [side, side] },
    normalize,
  ]
}

export interface Pipelines {
  readonly train: Transform[]
  readonly evaluation: Transform[]
  readonly mix: MixSpec | null
}

/** The two pipelines of a plan; MixUp and CutMix at the end of the train pipeline become its mixing of batches. */
export function resolvePipelines(config: Config, report: Report): Pipelines {
  const { transforms, data } = config
  const side = transforms.image_size ?? data.image_size
  const train = splitMixes(transforms.train ?? standardTrain(side), report)
  const val = onlyImages(transforms.val ?? standardEvaluation(side), 'transforms.val', report)
  const test = transforms.test === null ? val : onlyImages(transforms.test, 'transforms.test', report)
  if (JSON.stringify(test) !== JSON.stringify(val))
    report.warning({
      key: 'transforms.test',
      message: 'differs from the validation pipeline; both splits are evaluated with the validation pipeline',
    })
  return { train: train.images, evaluation: val, mix: resolveMix(config.mix, train.mixes, report) }
}

type Steps = readonly DeepReadonly<PipelineStep>[]

interface Mixes {
  mixup: number | null
  cutmix: number | null
  probability: number
}

function splitMixes(steps: Steps, report: Report): { images: Transform[]; mixes: Mixes } {
  const mixes: Mixes = { mixup: null, cutmix: null, probability: 1 }
  const images = steps.filter((step) => {
    const inner = mixesOf(step)
    if (inner === undefined) return true
    if (step.kind === 'random_apply') mixes.probability *= step.p
    for (const mix of inner)
      if (mix.kind === 'mix_up') mixes.mixup = mix.alpha
      else mixes.cutmix = mix.alpha
    return false
  })
  return { images: onlyImages(images, 'transforms.train', report), mixes }
}

type Mix = DeepReadonly<Extract<PipelineStep, { kind: 'mix_up' | 'cut_mix' }>>

/** The batch mixes that a step stands for: one, or a random choice or application of them. */
function mixesOf(step: DeepReadonly<PipelineStep>): readonly Mix[] | undefined {
  if (step.kind === 'mix_up' || step.kind === 'cut_mix') return [step]
  if (step.kind !== 'random_choice' && step.kind !== 'random_apply') return undefined
  const inner = (step.transforms as Steps).map(mixesOf)
  return inner.length > 0 && inner.every((mixes) => mixes !== undefined) ? inner.flat() : undefined
}

function onlyImages(steps: Steps, key: string, report: Report): Transform[] {
  return steps.flatMap((step) => {
    if (!holdsMix(step)) return [structuredClone(step) as Transform]
    report.problem({
      key,
      message: `MixUp and CutMix mix whole batches: they may stand only at the end of the train pipeline`,
      hint: 'or say mix.mixup_alpha and mix.cutmix_alpha',
    })
    return []
  })
}

const holdsMix = (step: DeepReadonly<PipelineStep>): boolean =>
  step.kind === 'mix_up' ||
  step.kind === 'cut_mix' ||
  ('transforms' in step && (step.transforms as Steps).some(holdsMix))

function resolveMix(mix: MixConfig, found: Mixes, report: Report): MixSpec | null {
  const listed = found.mixup !== null || found.cutmix !== null
  const said = mix.mixup_alpha !== null || mix.cutmix_alpha !== null
  if (listed && said)
    report.problem({ key: 'mix', message: 'mixing is configured twice: here and in transforms.train' })
  if (!listed && !said) return null
  return {
    mixup_alpha: mix.mixup_alpha ?? found.mixup,
    cutmix_alpha: mix.cutmix_alpha ?? found.cutmix,
    probability: mix.probability * found.probability,
    off_epoch: mix.off_epoch,
  }
}
