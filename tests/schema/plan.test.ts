import { describe, expect, test } from 'bun:test'
import {
  datasetSpec,
  describePlan,
  type MachineFacts,
  pretrainedArchitecture,
  resolvePlan,
} from '../../ts/config/plan/index.ts'
import { outputSize } from '../../ts/config/plan/output-size.ts'
import { parseConfig } from '../../ts/config/schema/index.ts'
import { loadYaml } from '../../ts/config/yaml/load.ts'
import { tree } from './composed.ts'
import { callbacks, loggers } from './known-targets.ts'
import { summaryOf } from './summary.ts'

const cpu: MachineFacts = { cores: 2, accelerator: 'cpu', bf16: true }
/** 100 training images in three classes, 30 to validate, 10 to test. */
const animals = summaryOf(['ant', 'bee', 'cat'], { train: [60, 30, 10], val: [10, 10, 10], test: [4, 3, 3] })

function configOf(text: string) {
  const base = { model: '{architecture: resnet18}', data: '{data_root: x, batch_size: 10}' }
  const given = tree(text).entries
  const rest = Object.entries(base).filter(([key]) => !given.has(key))
  return parseConfig(tree(`${text}\n${rest.map(([key, value]) => `${key}: ${value}`).join('\n')}`), {
    callbacks,
    loggers,
  }).config
}

const resolve = (text: string, summary = animals, facts = cpu) => resolvePlan(configOf(text), summary, facts)
const trainer = (text: string) => resolve(`trainer: {max_epochs: 2, ${text}}`)

test('what a plan refuses or doubts has the place of its key', () => {
  expect(() => resolve('trainer:\n  max_epochs: 1\n  val_check_interval: 11')).toThrow('test.yaml:3:23')
  const { warnings } = resolve('trainer: {max_epochs: 1, max_steps: 50, accumulate_grad_batches: 20}')
  expect(warnings.map(({ key, place }) => [key, place?.kind === 'file' && place.column])).toEqual([
    ['trainer.accumulate_grad_batches', 66],
    ['trainer.max_steps', 37],
  ])
  const small = '{_target_: RandomResizedCrop, size: 100}'
  const named = resolve(
    `transforms: {train_transforms: [${small}], val_transforms: [{_target_: CenterCrop, size: 90}]}\ntrainer: {max_epochs: 1}`,
  )
  expect(named.warnings.map(({ key }) => key)).toEqual(['transforms.val_transforms'])
})

describe('lengths', () => {
  test.each([
    ['limit_train_batches: 4', { batchesPerEpoch: 4, stepsPerEpoch: 4 }, 4],
    ['limit_train_batches: 0.25', { batchesPerEpoch: 2, stepsPerEpoch: 2 }, 2],
    ['accumulate_grad_batches: 3', { batchesPerEpoch: 10, stepsPerEpoch: 4 }, null],
    ['overfit_batches: 1', { batchesPerEpoch: 1, stepsPerEpoch: 1, limitValBatches: 1 }, 1],
    [
      'fast_dev_run: 2',
      { maxEpochs: 1, maxSteps: 2, batchesPerEpoch: 2, limitValBatches: 2, sanityBatches: 0 },
      2,
    ],
    ['limit_val_batches: 0', { limitValBatches: 0, sanityBatches: 0 }, null],
    ['num_sanity_val_steps: -1', { sanityBatches: 3 }, null],
    ['val_check_interval: 0.5', { validateEveryBatches: 5 }, null],
    ['val_check_interval: 3', { validateEveryBatches: 3 }, null],
    ['val_check_interval: 10', { validateEveryBatches: null }, null],
  ])('%s', (text, expected, limit) => {
    const { run, plan } = trainer(text)
    expect(run).toMatchObject(expected)
    expect(plan.train_loader.limit_batches).toBe(limit)
  })

  test('max_steps alone sets the epochs; nothing at all is a thousand with a warning', () => {
    expect(resolve('trainer: {max_steps: 25}').run).toMatchObject({ maxEpochs: 3, maxSteps: 25 })
    const endless = resolve('trainer: {}')
    expect(endless.run.maxEpochs).toBe(1000)
    expect(endless.warnings.map(({ key }) => key)).toEqual(['trainer.max_epochs'])
  })

  test('an interval that is never reached is refused', () => {
    expect(() => trainer('val_check_interval: 11')).toThrow('validation would never run')
  })

  test('a train split that makes no batch is refused', () => {
    expect(() =>
      resolve('data: {data_root: x, batch_size: 200, drop_last: true}\ntrainer: {max_epochs: 1}'),
    ).toThrow('a batch of 200 is more than the 100 training images')
    expect(() => trainer('limit_train_batches: 0')).toThrow('leaves none of the 10 training batches')
  })
})

describe('schedules', () => {
  const schedule = (text: string, more = '') =>
    resolve(`${text}\ntrainer: {max_epochs: 20${more}}`).plan.train.schedule

  test('by epoch as in the Python original', () => {
    expect(schedule('scheduler: {}')).toEqual({
      interval: 'epoch',
      warmup: 5,
      warmup_start_factor: 0.001,
      curve: { kind: 'cosine', eta_min_factor: 0.05 },
      total: 20,
    })
  })

  test('by step: warmup and length count optimizer steps', () => {
    const text = 'scheduler: {interval: step, warmup_epochs: 2}'
    expect(schedule(text, ', accumulate_grad_batches: 2')).toMatchObject({
      interval: 'step',
      warmup: 10,
      total: 100,
    })
    expect(schedule(text, ', max_steps: 50')).toMatchObject({ warmup: 20, total: 50 })
    expect(schedule('scheduler: {interval: step, warmup_steps: 7}')).toMatchObject({ warmup: 7, total: 200 })
  })

  test('each curve', () => {
    expect(schedule('scheduler: {name: step, step_size: 4, gamma: 0.5}').curve).toEqual({
      kind: 'step',
      step_size: 4,
      gamma: 0.5,
    })
    expect(schedule('scheduler: {name: multistep, milestones: [3, 6]}').curve).toMatchObject({
      milestones: [3, 6],
    })
    expect(schedule('scheduler: {name: one_cycle}')).toMatchObject({
      warmup: 0,
      curve: { kind: 'one_cycle', div_factor: 25 },
    })
    expect(schedule('scheduler: {name: polynomial, power: 2}').curve).toEqual({
      kind: 'polynomial',
      power: 2,
    })
    expect(schedule('scheduler: {name: constant}').curve).toEqual({ kind: 'constant' })
  })
})

describe('weights and samplers', () => {
  const data = (text: string, model = '') =>
    resolve(
      `data: {data_root: x, batch_size: 10, ${text}}\nmodel: {architecture: resnet18${model}}\ntrainer: {max_epochs: 1}`,
    ).plan

  test('balanced class weights are N / (C · n)', () => {
    expect(data('class_weights: balanced').train.loss).toMatchObject({
      class_weights: [100 / 180, 100 / 90, 100 / 30],
    })
  })

  test('named weights go into index order, and must name each class', () => {
    expect(data('class_weights: {cat: 3, ant: 1, bee: 2}').train.loss).toMatchObject({
      class_weights: [1, 2, 3],
    })
    expect(() => data('class_weights: {cta: 3, ant: 1, bee: 2}')).toThrow(
      /no class 'cta' in the data[\s\S]*did you mean cat[\s\S]*no weight for cat/,
    )
    expect(() => data('class_weights: [1, 2]')).toThrow('2 weights for 3 classes')
  })

  test('the auto sampler draws classes equally: weights sum to the number of classes', () => {
    const { sampler } = data('sampler: {mode: auto}').train_loader
    if (sampler.kind !== 'weighted') throw new Error(sampler.kind)
    const sum = sampler.class_weights.reduce((total, weight) => total + weight, 0)
    expect(sum).toBeCloseTo(3, 12)
    expect(sampler.class_weights.map((weight, index) => weight * ([60, 30, 10][index] ?? 0))).toEqual([
      expect.closeTo(20, 12),
      expect.closeTo(20, 12),
      expect.closeTo(20, 12),
    ])
  })

  test('more images than there are cannot be drawn without replacement', () => {
    expect(() => data('sampler: {mode: auto, replacement: false, num_samples: 101}')).toThrow(
      'cannot draw 101 of 100',
    )
  })

  test('logit adjustment takes the frequencies, and no weights beside them', () => {
    expect(data('shuffle: true', ', loss_name: logit_adjusted').train.loss).toMatchObject({
      class_frequencies: [0.6, 0.3, 0.1],
    })
    expect(() => data('class_weights: balanced', ', loss_name: logit_adjusted')).toThrow(
      'corrects for imbalance by itself',
    )
  })
})

describe('the number of classes', () => {
  const model = (text: string) => resolve(`model: ${text}\ntrainer: {max_epochs: 1}`)

  test('is the data’s; another of ours is refused with both numbers', () => {
    expect(model('{architecture: resnet18}').plan.model.num_classes).toBe(3)
    expect(() => model('{architecture: resnet18, num_classes: 4}')).toThrow('says 4 classes, the data has 3')
    expect(() =>
      resolve('callbacks: {confusion_matrix: {num_classes: 4}}\ntrainer: {max_epochs: 1}'),
    ).toThrow('callbacks.confusion_matrix.num_classes')
  })

  test('of a Python tree is a constant that the data overrules', () => {
    const tree = '{_target_: classifier_training.models.resnet.ResNet18ClassificationModel, num_classes: 42}'
    const { plan, warnings } = model(tree)
    expect(plan.model.num_classes).toBe(3)
    expect(warnings[0]?.message).toBe('says 42 classes, the data has 3; the data counts')
  })
})

describe('pipelines', () => {
  const pipelines = (text: string, more = '') =>
    resolve(`transforms: ${text}\ntrainer: {max_epochs: 1}\n${more}`)

  test('stand in where none is given, at data.image_size', () => {
    const { plan } = resolve('data: {data_root: x, batch_size: 10, image_size: 64}\ntrainer: {max_epochs: 1}')
    expect(plan.train_loader.transforms.map(({ kind }) => kind)).toEqual([
      'random_resized_crop',
      'random_horizontal_flip',
      'color_jitter',
      'normalize',
    ])
    expect(plan.eval_loader.transforms.slice(0, 2)).toMatchObject([
      { kind: 'resize', size: [73] },
      { kind: 'center_crop', size: [64, 64] },
    ])
  })

  test('MixUp and CutMix in the list become the plan’s mix', () => {
    const { plan } = pipelines(
      '{train: [{_target_: CenterCrop, size: 224}, {_target_: RandomApply, p: 0.5, transforms: [{_target_: RandomChoice, transforms: [{_target_: MixUp, alpha: 0.2}, {_target_: CutMix}]}]}]}',
    )
    expect(plan.train_loader.transforms.map(({ kind }) => kind)).toEqual(['center_crop'])
    expect(plan.train.mix).toEqual({ mixup_alpha: 0.2, cutmix_alpha: 1, probability: 0.5, off_epoch: null })
    expect(pipelines('{}').plan.train.mix).toBeNull()
    expect(() => pipelines('{val: [{_target_: MixUp}]}')).toThrow(
      'may stand only at the end of the train pipeline',
    )
  })

  test('must make one size', () => {
    expect(() => pipelines('{train: [{_target_: Resize, size: 224}]}')).toThrow(
      'images of different sizes do not fit into one batch',
    )
    expect(
      outputSize([
        { kind: 'resize', size: [30, 40], interpolation: 'bilinear', max_size: null, antialias: true },
      ]),
    ).toEqual([30, 40])
  })

  test('that differ for val and test, or leave val to chance, are said', () => {
    const crop = '{_target_: CenterCrop, size: 224}'
    const differing = pipelines(`{val: [${crop}], test: [${crop}, {_target_: RandomGrayscale}]}`)
    expect(differing.warnings.map(({ key }) => key)).toEqual(['transforms.test'])
    const chance = pipelines(`{val: [${crop}, {_target_: RandomGrayscale}]}`)
    expect(chance.warnings[0]?.message).toContain('random_grayscale is random')
  })
})

describe('the machine', () => {
  const gpu: MachineFacts = { cores: 8, accelerator: 'cuda', bf16: false }
  const machine = (text: string, facts = cpu) =>
    resolve(`trainer: {max_epochs: 1, ${text}}`, animals, facts).plan.machine

  test('precision auto takes what the machine does well', () => {
    expect(machine('precision: auto').precision).toBe('bf16-mixed')
    expect(machine('precision: auto', { ...cpu, bf16: false }).precision).toBe('32')
    expect(machine('precision: auto', gpu).precision).toBe('16-mixed')
    expect(machine('precision: auto, accelerator: cpu', gpu).precision).toBe('32')
  })

  test('devices', () => {
    expect(machine('accelerator: gpu, devices: [2]').device).toEqual({ kind: 'cuda', index: 2 })
    expect(machine('devices: 1').device).toEqual({ kind: 'auto' })
    expect(() => machine('devices: [2]')).toThrow('trainer.accelerator=gpu')
  })
})

test('SAM wraps a rule with the radius of its paper', () => {
  const optimizer = (text: string) =>
    resolve(`optimizer: ${text}\ntrainer: {max_epochs: 1}`).plan.train.optimizer
  expect(optimizer('{name: sam, base: sgd}')).toMatchObject({
    rule: { kind: 'sgd' },
    sam: { rho: 0.05, adaptive: false },
  })
  expect(optimizer('{name: asam}')).toMatchObject({
    rule: { kind: 'adamw' },
    sam: { rho: 2, adaptive: true },
  })
  expect(optimizer('{_target_: torch.optim.SGD, _partial_: true, lr: 0.1, momentum: 0.8}')).toMatchObject({
    rule: { kind: 'sgd', momentum: 0.8 },
    learning_rate: 0.1,
    sam: null,
  })
})

test('pretrained weights: asked for unless others are named', () => {
  expect(pretrainedArchitecture(configOf(''))).toBe('resnet18')
  expect(pretrainedArchitecture(configOf('model: {architecture: resnet18, pretrained: false}'))).toBeNull()
  const own = configOf('model: {architecture: resnet18, weights: a.pth}')
  expect(pretrainedArchitecture(own)).toBeNull()
  expect(resolvePlan(own, animals, cpu, null).plan.model.weights).toBe('a.pth')
  expect(resolvePlan(configOf(''), animals, cpu, '/cache/resnet18.pth').plan.model.weights).toBe(
    '/cache/resnet18.pth',
  )
})

test('the plan as text is YAML of the whole plan', () => {
  const config = configOf('trainer: {max_epochs: 1}')
  const { plan, run } = resolvePlan(config, animals, cpu)
  const text = describePlan({ plan, run, dataset: datasetSpec(config, '/data') })
  expect(text).toContain('  root: /data\n')
  expect(loadYaml(text, 'plan.yaml').kind).toBe('map')
})
