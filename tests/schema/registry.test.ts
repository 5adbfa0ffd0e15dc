import { describe, expect, test } from 'bun:test'
import { canonicalTarget } from '../../ts/config/registry/canonical-target.ts'
import { indexTargets } from '../../ts/config/registry/find-target.ts'
import { readPipeline } from '../../ts/config/registry/read-pipeline.ts'
import { transformTargets } from '../../ts/config/registry/transform-targets.ts'
import { Report } from '../../ts/config/schema/report.ts'
import { tree } from './composed.ts'
import { callbacks } from './known-targets.ts'

function pipeline(text: string) {
  const report = new Report()
  const node = tree(`train:\n${text.replace(/^/gm, '  ')}`).entries.get('train')
  if (node === undefined) throw new Error('no pipeline')
  const steps = readPipeline(node, 'transforms.train', report)
  return { steps, problems: report.problems }
}

describe('names of targets', () => {
  const find = indexTargets(callbacks)
  for (const name of [
    'lightning.pytorch.callbacks.EarlyStopping',
    'lightning.pytorch.callbacks.early_stopping.EarlyStopping',
    'pytorch_lightning.callbacks.EarlyStopping',
    'pytorch_lightning.callbacks.early_stopping.EarlyStopping',
    'early_stopping',
    'EarlyStopping',
  ])
    test(`${name} is known`, () => expect(find.find(name)?.name).toBe('early_stopping'))

  test('nothing is found by a path that only looks alike', () => {
    expect(find.find('os.system')).toBeUndefined()
    expect(find.find('mypackage.callbacks.EarlyStopping')).toBeUndefined()
    expect(find.find('__proto__')).toBeUndefined()
  })

  test('v1 and v2 of torchvision are the same, and the user’s own zoom is another', () => {
    const index = indexTargets(transformTargets)
    expect(index.find('torchvision.transforms.RandomZoomOut')?.kind).toBe('random_zoom_out')
    expect(index.find('torchvision.transforms.v2.RandomZoomOut')?.kind).toBe('random_zoom_out')
    expect(index.find('torchvision.transforms.transforms.Resize')?.kind).toBe('resize')
    expect(index.find('classifier_training.transforms.RandomZoomOut')?.kind).toBe('broadcast_zoom_out')
    expect(index.find('classifier_training.transforms.degradation.RandomZoomIn')?.kind).toBe(
      'broadcast_zoom_in',
    )
  })

  test('canonical names of other things stay', () => {
    expect(canonicalTarget('lightning.pytorch.Trainer')).toBe('lightning.Trainer')
    expect(canonicalTarget('lightning.pytorch.trainer.Trainer')).toBe('lightning.Trainer')
    expect(canonicalTarget('torch.optim.adamw.AdamW')).toBe('torch.optim.AdamW')
    expect(canonicalTarget('resize')).toBe('resize')
  })
})

describe('pipelines', () => {
  test('a Compose, a list and a single transform are the same thing', () => {
    const flip = '_target_: torchvision.transforms.v2.RandomHorizontalFlip'
    const one = [{ kind: 'random_horizontal_flip', p: 0.5 }]
    expect(pipeline(`_target_: torchvision.transforms.v2.Compose\ntransforms:\n  - ${flip}`).steps).toEqual(
      one as never,
    )
    expect(pipeline(`- ${flip}`).steps).toEqual(one as never)
    expect(pipeline(flip).steps).toEqual(one as never)
    expect(pipeline('- RandomHorizontalFlip').steps).toEqual(one as never)
  })

  test('positional arguments go to the signature’s names', () => {
    const { steps } = pipeline(
      '- {_target_: torchvision.transforms.Normalize, _args_: [[0.5, 0.5, 0.5], [0.2, 0.2, 0.2]]}',
    )
    expect(steps).toEqual([{ kind: 'normalize', mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] }])
    const twice = pipeline('- {_target_: torchvision.transforms.CenterCrop, _args_: [3], size: 4}')
    expect(twice.problems[0]?.message).toBe("argument 'size' is given twice")
    const many = pipeline('- {_target_: torchvision.transforms.CenterCrop, _args_: [3, 4]}')
    expect(many.problems[0]?.message).toContain('too many positional arguments: there are 1 (size)')
  })

  test('Python objects that are fetched by name', () => {
    const { steps } = pipeline(`
- _target_: torchvision.transforms.v2.ToDtype
  dtype: {_target_: hydra.utils.get_object, path: torch.float32}
  scale: true
- _target_: torchvision.transforms.v2.Resize
  size: 32
  interpolation: {_target_: torchvision.transforms.InterpolationMode, value: bicubic}
- _target_: torchvision.transforms.v2.Resize
  size: 32
  interpolation: {_target_: hydra.utils.get_object, path: torchvision.transforms.InterpolationMode.NEAREST_EXACT}
- {_target_: torchvision.transforms.v2.Resize, size: 32, interpolation: 3}`)
    expect(steps).toMatchObject([
      { kind: 'to_dtype', dtype: 'float32', scale: true },
      { kind: 'resize', interpolation: 'bicubic' },
      { kind: 'resize', interpolation: 'nearest_exact' },
      { kind: 'resize', interpolation: 'bicubic' },
    ])
  })

  test('Hydra’s flags are understood and checked', () => {
    const flags = '_partial_: true, _recursive_: false, _convert_: all'
    expect(pipeline(`- {_target_: RandomHorizontalFlip, p: ???, ${flags}}`).steps).toEqual([
      { kind: 'random_horizontal_flip', p: 0.5 },
    ])
    const wrong = pipeline('- {_target_: RandomHorizontalFlip, _partial_: 1, _convert_: most}')
    expect(wrong.problems.map(({ key }) => key)).toEqual([
      'transforms.train.0._partial_',
      'transforms.train.0._convert_',
    ])
  })

  test('a mistake deep inside is named with its place', () => {
    const { problems } = pipeline(`
- _target_: torchvision.transforms.v2.RandomApply
  transforms:
    - _target_: torchvision.transforms.v2.RandomChoice
      transforms:
        - {_target_: torchvision.transforms.v2.RandomRotation, degres: 3}
        - {_target_: torchvision.transforms.v2.RandomRotaton, degrees: 3}`)
    expect(problems).toMatchObject([
      {
        key: 'transforms.train.0.transforms.0.transforms.0.degres',
        message: "unknown key 'degres'",
        place: { line: 7, column: 66 },
        suggestions: ['transforms.train.0.transforms.0.transforms.0.degrees'],
      },
      {
        key: 'transforms.train.0.transforms.0.transforms.0.degrees',
        message: expect.stringContaining('is required'),
      },
      {
        key: 'transforms.train.0.transforms.0.transforms.1._target_',
        suggestions: ['torchvision.transforms.v2.RandomRotation'],
      },
    ])
  })

  test('nesting without end is refused', () => {
    const open = '{_target_: RandomApply, transforms: ['.repeat(60)
    const { problems } = pipeline(`- ${open}Identity${']}'.repeat(60)}`)
    expect(problems[0]?.message).toBe('transforms are nested too deeply')
  })
})
