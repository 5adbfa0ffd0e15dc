import { describe, expect, test } from 'bun:test'
import type { ConfigNode } from '../../ts/config/node.ts'
import { knownKey, parseConfig } from '../../ts/config/schema/index.ts'
import { ConfigError, type ConfigProblem } from '../../ts/errors/index.ts'
import { tree } from './composed.ts'
import { callbacks, loggers } from './known-targets.ts'

const base = 'model: {architecture: resnet18}\ndata: {data_root: x}\n'
const parse = (text: string) => parseConfig(tree(text), { callbacks, loggers })

function problemsOf(text: string): readonly ConfigProblem[] {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

/** `key: message` of each problem. */
const said = (text: string): string[] => problemsOf(text).map(({ key, message }) => `${key}: ${message}`)

describe('problems', () => {
  test('come all at once, each with key, place and nearest names', () => {
    const problems = problemsOf(`model:
  architecture: resnt18
  learning_rte: 0.1
data:
  data_root: ???
  batch_size: many
trainr: {}
callbacks:
  stop:
    _target_: lightning.pytorch.callbacks.EarlyStoping
`)
    expect(problems.map(({ key, place, suggestions }) => ({ key, place, suggestions }))).toEqual([
      { key: 'trainr', place: at(7, 1), suggestions: ['trainer'] },
      {
        key: 'callbacks.stop._target_',
        place: at(10, 15),
        suggestions: ['lightning.pytorch.callbacks.EarlyStopping'],
      },
      { key: 'model.learning_rte', place: at(3, 3), suggestions: ['model.learning_rate'] },
      { key: 'model.architecture', place: at(2, 17), suggestions: ['resnet18'] },
      { key: 'data.data_root', place: at(5, 14), suggestions: undefined },
      { key: 'data.batch_size', place: at(6, 15), suggestions: [] },
    ])
  })

  const at = (line: number, column: number) => ({ kind: 'file' as const, file: 'test.yaml', line, column })

  test('of an override show its text with a caret', () => {
    const place = { kind: 'override', text: 'trainer.max_epochs=1e3', argument: 2, column: 20 } as const
    const config = tree(`${base}trainer: {}`)
    const epochs: ConfigNode = { kind: 'float', value: 1000, place }
    config.entries.set('trainer', { kind: 'map', entries: new Map([['max_epochs', epochs]]) })
    expect(() => parseConfig(config, { callbacks, loggers })).toThrow(
      [
        'trainer.max_epochs: expected an integer, received 1000.0 (a float): write 1000',
        '    argument 3: trainer.max_epochs=1e3',
        '                                   ^',
      ].join('\n'),
    )
  })

  test('an unknown callback names those that there are', () => {
    const [problem] = problemsOf(
      `${base}callbacks: {swa: {_target_: lightning.pytorch.callbacks.StochasticWeightAveraging}}`,
    )
    expect(problem?.message).toBe("unknown callback 'lightning.pytorch.callbacks.StochasticWeightAveraging'")
    expect(problem?.hint).toContain('early_stopping, ema,')
  })

  test('a key of another group is named with its group', () => {
    expect(problemsOf(`${base}batch_size: 3`)[0]?.suggestions).toEqual(['data.batch_size'])
    expect(problemsOf(`${base}trainer: {learning_rate: 3}`)[0]?.suggestions).toContain('model.learning_rate')
  })
})

describe('integers and floats are two things', () => {
  test.each([
    [
      'trainer: {max_epochs: 1.0}',
      'trainer.max_epochs: expected an integer, received 1.0 (a float): write 1',
    ],
    [
      'trainer: {max_epochs: 1.5}',
      'trainer.max_epochs: expected an integer ≥ 1, or -1 for no limit, received 1.5 (a float)',
    ],
    [
      'trainer: {log_every_n_steps: 1e1}',
      'trainer.log_every_n_steps: expected an integer, received 10.0 (a float): write 10',
    ],
    ['seed: 9007199254740993', 'seed: expected an integer ≥ 0, received 9007199254740993'],
    [
      "trainer: {max_epochs: '3'}",
      "trainer.max_epochs: expected an integer ≥ 1, or -1 for no limit, received '3' (text)",
    ],
  ])('%s', (text, message) => expect(said(base + text)).toEqual([message]))

  test('a share of an epoch is a float, a number of batches an integer', () => {
    const interval = (text: string) =>
      parse(`${base}trainer: {val_check_interval: ${text}}`).config.trainer.val_check_interval
    expect(interval('1.0')).toEqual({ kind: 'share', share: 1 })
    expect(interval('1')).toEqual({ kind: 'batches', batches: 1 })
    const limit = (text: string) =>
      parse(`${base}trainer: {limit_val_batches: ${text}}`).config.trainer.limit_val_batches
    expect(limit('1')).toEqual({ kind: 'count', batches: 1 })
    expect(limit('0.5')).toEqual({ kind: 'share', share: 0.5 })
    expect(limit('1.0')).toEqual({ kind: 'all' })
  })
})

describe('the trainer', () => {
  test.each([
    ['devices: 2', 'out of scope'],
    ['devices: [0, 1]', 'out of scope'],
    ["devices: '0,1'", 'out of scope'],
    ['strategy: ddp', 'out of scope'],
    ['num_nodes: 2', 'out of scope'],
    ['precision: 64-true', 'use 16-mixed, bf16-mixed or 32'],
    ['accelerator: tpu', 'out of scope'],
    ['max_epochs: -1', 'never end'],
    ['max_time: 10:00:00:00', 'quote it'],
  ])('%s is refused with a reason', (text, reason) => {
    expect(said(`${base}trainer: {${text}}`).join()).toContain(reason)
  })

  test('accepts what Lightning accepts for one device', () => {
    const trainer = (text: string) => parse(`${base}trainer: {${text}}`).config.trainer
    expect(trainer('precision: 16, accelerator: gpu, devices: [1]')).toMatchObject({
      precision: '16-mixed',
      accelerator: 'cuda',
      devices: { kind: 'index', index: 1 },
    })
    expect(trainer('precision: 32').precision).toBe('32')
    expect(trainer('precision: 32-true').precision).toBe('32')
    expect(trainer("devices: '1'").devices).toEqual({ kind: 'auto' })
    expect(trainer("max_time: '00:12:00:30'").max_time).toBe(43_230)
    expect(trainer('max_time: {hours: 2}').max_time).toBe(7200)
    expect(trainer('gradient_clip_val: null').gradient_clip_val).toBeNull()
    expect(trainer('fast_dev_run: true').fast_dev_run).toBe(1)
    expect(
      trainer('_target_: lightning.pytorch.Trainer, logger: true, deterministic: warn').deterministic,
    ).toBe(true)
  })
})

describe('cross-checks', () => {
  test.each([
    ['optimizer: {lr: 1, learning_rate: 1}', 'optimizer.lr: say `lr` or `learning_rate`, not both'],
    [
      'optimizer: {nesterov: true, momentum: 0}',
      'optimizer.nesterov: nesterov needs a momentum above 0 and no dampening',
    ],
    ['scheduler: {name: multistep}', 'scheduler.milestones: multistep needs milestones: [30, 60, 80]'],
    ['trainer: {max_epochs: 3, min_epochs: 4}', 'trainer.min_epochs: min_epochs exceeds max_epochs'],
    [
      'ema: {}\ncallbacks: {ema: {decay: 0.9}}',
      'ema: EMA is configured twice: by this group and by the EMA callback',
    ],
  ])('%s', (text, message) => expect(said(base + text)).toEqual([message]))

  test('model keys that name different networks', () => {
    const text =
      'model: {architecture: resnet18, _target_: classifier_training.models.resnet.ResNet50ClassificationModel}'
    expect(said(`${text}\ndata: {data_root: x}`)).toEqual([
      'model: the keys name different networks: resnet18, resnet50',
    ])
  })
})

describe('keys that nothing reads', () => {
  const warned = (text: string) => parse(text).warnings.map(({ key, message }) => `${key}: ${message}`)

  test('are warned of when they say something', () => {
    expect(
      warned('model: {architecture: resnet18, focal_gamma: 3.0}\ndata: {data_root: x, cache_type: disk}'),
    ).toEqual([
      'model.focal_gamma: 3.0 is not used: model.loss_name is cross_entropy',
      "data.cache_type: 'disk' is not used: data.use_cache is false",
    ])
  })

  test('are let be when they spell the default out', () => {
    expect(
      warned('model: {architecture: resnet18, focal_gamma: 2.0}\ndata: {data_root: x, cache_type: ram}'),
    ).toEqual([])
  })

  test('variables that interpolations read are no unknown keys', () => {
    const unresolved = tree(
      `${base}side: 64\ntransforms: {crop: 32, image_size: "\${side}", train: [{_target_: CenterCrop, size: "\${...crop}"}]}`,
    )
    const resolved = tree(
      `${base}side: 64\ntransforms: {crop: 32, image_size: 64, train: [{_target_: CenterCrop, size: 32}]}`,
    )
    expect(parseConfig(resolved, { callbacks, loggers, unresolved }).config.transforms.image_size).toBe(64)
    expect(() => parseConfig(resolved, { callbacks, loggers })).toThrow("unknown key 'side'")
  })
})

test('empty groups and entries are nobody', () => {
  for (const group of [
    'callbacks: null\nlogging: {}',
    'callbacks: {ema: null}\nlogging: null\noptimizer: null',
  ]) {
    const { config } = parse(`${base}${group}`)
    expect(config.callbacks).toEqual([])
    expect(config.logging).toEqual([])
    expect(config.ema).toBeNull()
  }
})

test('one logger may be the group itself', () => {
  const { config } = parse(`${base}logging: {_target_: lightning.pytorch.loggers.CSVLogger, name: x}`)
  expect(config.logging.map(({ definition }) => definition.name)).toEqual(['csv'])
})

test('a parsed configuration cannot be changed', () => {
  const { config } = parse(`${base}callbacks: {early_stopping: {monitor: val/loss}}`)
  for (const part of [config.model, config.data.sampler, config.trainer, config.callbacks[0]?.options])
    expect(Object.isFrozen(part)).toBe(true)
})

test('known keys need no +', () => {
  const options = { callbacks, loggers, tree: tree('callbacks: {stop: {_target_: early_stopping}}') }
  const known = [
    'trainer.max_time',
    'model._target_',
    'data.sampler.mode',
    'data.class_weights.7',
    'ema.decay',
  ]
  for (const key of [...known, 'callbacks.stop.patience', 'callbacks.ema', 'seed', 'transforms.train'])
    expect([key, knownKey(key, options)]).toEqual([key, true])
  for (const key of [
    'trainer.max_tme',
    'callbacks.stop.patince',
    'callbacks.other.patience',
    'nothing',
    'seed.x',
  ])
    expect([key, knownKey(key, options)]).toEqual([key, false])
})
