import type { Transform } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'
import { wasGiven } from '../schema/places.ts'
import type { Report } from '../schema/report.ts'
import { outputSize } from './output-size.ts'
import type { Pipelines } from './resolve-pipelines.ts'

/** Steps that do the same to an image every time. */
const certain: readonly Transform['kind'][] = [
  'identity',
  'resize',
  'center_crop',
  'pad',
  'grayscale',
  'rgb',
  'normalize',
  'to_image',
  'pil_to_tensor',
  'to_tensor',
  'to_dtype',
  'convert_image_dtype',
  'to_pure_tensor',
  'to_float32_tensor',
]

const isRandom = (step: Transform): boolean =>
  step.kind === 'compose' ? step.transforms.some(isRandom) : !certain.includes(step.kind)

/** Batches need one size; validation should see what training saw, and the same twice. */
export function checkSizes(config: Config, { train, evaluation }: Pipelines, report: Report): void {
  const sizes = { train: outputSize(train), val: outputSize(evaluation) }
  for (const [split, size] of Object.entries(sizes))
    if (size === undefined)
      report.problem({
        key: `transforms.${split}`,
        message: 'images of different sizes do not fit into one batch',
        hint: 'end the geometry with a crop or with Resize to [height, width]',
      })
  const side = config.data.image_size
  const seen = sizes.train
  if (seen !== undefined && !seen.includes(side) && wasGiven(config, 'data.image_size'))
    report.warning({
      key: 'data.image_size',
      message: `${side} is not used: the transforms make images of ${seen[0]} × ${seen[1]}`,
    })
  if (seen !== undefined && sizes.val !== undefined && String(seen) !== String(sizes.val))
    report.warning({
      key: 'transforms.val',
      message: `validates at ${sizes.val.join(' × ')}, trains at ${seen.join(' × ')}`,
    })
  const chance = evaluation.find(isRandom)
  if (chance !== undefined)
    report.warning({
      key: 'transforms.val',
      message: `${chance.kind} is random: the same image is judged differently from epoch to epoch`,
    })
}
