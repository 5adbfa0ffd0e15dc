import { describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { resolvePlan } from '../../ts/config/plan/index.ts'
import { parseConfig } from '../../ts/config/schema/index.ts'
import { composed } from './composed.ts'
import { callbacks, loggers } from './known-targets.ts'
import { jerseys } from './summary.ts'

const machine = { cores: 2, accelerator: 'cpu', bf16: true } as const
const root = join(import.meta.dir, '../..')
const lightning = join(root, 'tests/fixtures/hydra-tree')

function planOf(folder: string, name: string, overrides: readonly string[] = []) {
  const { tree, unresolved } = composed(folder, name, overrides)
  const { config, warnings } = parseConfig(tree, { callbacks, loggers, unresolved })
  return { config, parsed: warnings, ...resolvePlan(config, jerseys, machine) }
}

describe('a tree from Lightning', () => {
  const names = ['numbers', 'numbers_again']
  for (const name of names)
    test(`${name} parses and resolves as it is`, () => {
      const { config, parsed, plan, run, warnings } = planOf(lightning, name)
      expect(parsed).toEqual([])
      expect(config.callbacks.map(({ key }) => key)).toEqual([
        'best',
        'patience',
        'bar',
        'average',
        'onnx',
        'confusion',
        'layers',
        'counts',
        'history',
        'drawn',
        'samples',
        'rates',
      ])
      expect(config.logging.map(({ definition }) => definition.name)).toEqual(['wandb'])
      expect(plan.model).toMatchObject({ architecture: 'resnet18', num_classes: 43 })
      expect(plan.train.ema).toEqual({ decay: 0.99998, warmup_steps: 300 })
      expect(plan.train.schedule).toEqual({
        interval: 'epoch',
        warmup: 4,
        warmup_start_factor: 2e-3,
        curve: { kind: 'cosine', eta_min_factor: 0.1 },
        total: 150,
      })
      expect(plan.machine.precision).toBe('16-mixed')
      expect(plan.train_loader.transforms.map(({ kind }) => kind)).toEqual([
        'random_resized_crop',
        'random_rotation',
        'random_perspective',
        'color_jitter',
        'random_apply',
        'to_float32_tensor',
        'normalize',
        'random_erasing',
      ])
      expect(run).toMatchObject({
        maxEpochs: 150,
        validateEveryBatches: null,
        sanityBatches: 2,
        batchesPerEpoch: 136,
        stepsPerEpoch: 68,
      })
      expect(warnings.map(({ key, message }) => `${key}: ${message}`)).toEqual([
        'model.num_classes: says 42 classes, the data has 43; the data counts',
        'callbacks.confusion.num_classes: says 42 classes, the data has 43; the data counts',
      ])
    })

  test('the local one runs with overrides: one epoch is shorter than its warmup', () => {
    const overrides = ['data.data_root=/data', 'trainer.max_epochs=1', 'model.pretrained=false']
    const { config, plan, run } = planOf(lightning, 'numbers_laptop', overrides)
    expect(config.logging).toEqual([])
    expect(plan.train_loader.sampler.kind).toBe('weighted')
    expect(plan.train.schedule).toMatchObject({ warmup: 4, total: 5 })
    expect(run.maxEpochs).toBe(1)
  })

  test('its other choices parse too', () => {
    const { plan } = planOf(lightning, 'numbers', ['model=resnet50', 'transforms=plain'])
    expect(plan.model.architecture).toBe('resnet50')
    expect(plan.train_loader.transforms.map(({ kind }) => kind)).toEqual([
      'random_resized_crop',
      'random_horizontal_flip',
      'to_image',
      'to_dtype',
      'normalize',
    ])
    expect(plan.eval_loader.transforms[0]).toMatchObject({ kind: 'resize', size: [256] })
  })
})

describe('our own tree', () => {
  const primaries = [
    'train',
    'train_basketball_resnet18',
    'train_jersey_ocr_resnet18',
    'train_jersey_ocr_resnet18_local',
  ]
  for (const name of primaries)
    test(`${name} parses without a warning`, () => {
      const { parsed, warnings, plan } = planOf(join(root, 'configs'), name)
      expect([...parsed, ...warnings]).toEqual([])
      expect(plan.model.architecture).toBe('resnet18')
    })

  const groups = ['model', 'data', 'transforms', 'trainer', 'callbacks', 'logging', 'experiment']
  for (const group of groups)
    for (const file of readdirSync(join(root, 'configs', group)))
      test(`${group}=${file.replace('.yaml', '')} resolves`, () => {
        const overrides = [`${group}=${file.replace('.yaml', '')}`]
        const data = file === 'image_folder.yaml' ? ['data.data_root=/data'] : []
        const { plan, parsed, warnings } = planOf(join(root, 'configs'), 'train', [...overrides, ...data])
        expect([...parsed, ...warnings]).toEqual([])
        expect(plan.model.num_classes).toBe(43)
      })

  test('data.image_size is the one knob', () => {
    const { plan } = planOf(join(root, 'configs'), 'train', ['data.image_size=96'])
    expect(plan.train_loader.transforms[0]).toMatchObject({ kind: 'random_resized_crop', size: [96, 96] })
    // ⌊96 · 256 / 224⌋.
    expect(plan.eval_loader.transforms.slice(0, 2)).toMatchObject([
      { kind: 'resize', size: [109] },
      { kind: 'center_crop', size: [96, 96] },
    ])
  })
})
