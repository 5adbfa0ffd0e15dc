// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Hydra's interpolations
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { composeTree } from '../../ts/config/compose-tree.ts'
import { compose } from '../../ts/config/index.ts'
import { ConfigError } from '../../ts/errors/index.ts'
import { type TemporaryTree, temporaryTree } from './tree.ts'

// On a busy machine; nothing here is timed.
setDefaultTimeout(120_000)

let tree: TemporaryTree

beforeAll(() => {
  tree = temporaryTree({
    'config.yaml': `defaults:
  - _self_
  - model: resnet18
  - data: jersey
  - experiment: null
seed: 42
trainer:
  max_epochs: 10
`,
    'model/resnet18.yaml': 'name: resnet18\nlr: 0.1\n',
    'model/resnet50.yaml': 'name: resnet50\n',
    'data/jersey.yaml': 'batch_size: 64\nimage_size: 224\n',
    'experiment/e1.yaml': '# @package _global_\ndefaults:\n  - override model: resnet50\n',
    'experiment/late.yaml': '# my own\n# @package _global_\nseed: 1\n',
    'typo.yaml': 'defaults:\n  - optioal data: jersey\n',
    'broken.yaml': 'a: 1\nb:\n  c: ${a\n  d: ${.x y}\n',
    'twice.yaml': 'seed: 1\nmodel: x\nseed: 2\n',
    'loop.yaml': 'defaults:\n  - loop\n',
    'hydra.yaml': 'hydra:\n  runn:\n    dir: x\n  mode: BOTH\n',
  })
})
afterAll(() => tree.remove())

function refusal(overrides: readonly string[], configName = 'config'): ConfigError {
  try {
    composeTree({ configDir: tree.configDir, configName, overrides, cwd: tree.root })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('messages name the place, the near names and the way out', () => {
  test.each([
    [
      'data.batchsize=32',
      `data.batchsize: could not override 'data.batchsize': key 'batchsize' is not in the config
    argument 1: data.batchsize=32
                ^
    did you mean data.batch_size?
    'data.batch_size' is set in conf/data/jersey.yaml:1:1
    to append to your config use +data.batchsize=32`,
    ],
    [
      'max_epochs=3',
      `max_epochs: could not override 'max_epochs': key 'max_epochs' is not in the config
    argument 1: max_epochs=3
                ^
    did you mean trainer.max_epochs?
    'trainer.max_epochs' is set in conf/config.yaml:8:3
    to append to your config use +max_epochs=3`,
    ],
    [
      'trainer={max_epoch:3}',
      `trainer.max_epoch: could not override 'trainer': key 'max_epoch' is not in the config
    argument 1: trainer={max_epoch:3}
                         ^
    did you mean trainer.max_epochs?
    'trainer.max_epochs' is set in conf/config.yaml:8:3
    to append to your config use +trainer={max_epoch:3}`,
    ],
    [
      'seed=1,2',
      `ambiguous value for argument 'seed=1,2'
    argument 1: seed=1,2
                     ^
    1. to use it as a list, write seed=[1,2]
    2. to use it as text, quote the value: seed=\\'1,2\\'
    3. to sweep over it, add --multirun to your command line`,
    ],
    [
      'a[0]=1',
      `cannot read the override 'a[0]=1': 'a[0]' is no key: list items are named by dots
    argument 1: a[0]=1
                 ^
    write a.0=1`,
    ],
    [
      'seed=choise(1,2)',
      `cannot read the override 'seed=choise(1,2)': in 'choise(1,2)': unknown function 'choise'; there are bool, choice, float, glob, int, interval, range, shuffle, sort, str, tag
    argument 1: seed=choise(1,2)
                     ^
    did you mean choice?
    a literal ( is written \\( or inside of quotes`,
    ],
    [
      'experiment=e1',
      `in 'experiment/e1': could not override 'experiment/model@model': no match in the defaults list
    conf/experiment/e1.yaml:3:5
    did you mean /model?
    the path of an override starts at the root with /: override /group: option`,
    ],
    [
      '~model=resnet50',
      `could not delete 'model=resnet50': no match in the defaults list
    argument 1: ~model=resnet50
                 ^
    'model' is 'resnet18'; ~model deletes whatever is chosen`,
    ],
  ])('%s', (word, message) => {
    expect(refusal([word]).message).toBe(message)
  })

  test('an option that does not exist', () => {
    const { message } = refusal(['model=resnet5'])
    expect(message).toContain(
      "in 'config': could not find 'model/resnet5'\navailable options in 'model':\n\tresnet18\n\tresnet50",
    )
    expect(message).toContain('conf/config.yaml:3:5\n    did you mean resnet50, resnet18?')
  })

  test('all problems at once, each with its place', () => {
    const { problems } = refusal(['sed=1', 'data.batch=2', '~nothing', 'seed=3'])
    expect(problems.map((problem) => problem.place?.kind === 'override' && problem.place.argument)).toEqual([
      0, 1, 2,
    ])
    expect(refusal(['a=[', 'b={', 'c']).problems).toHaveLength(3)
  })

  test.each([
    ['typo', ['conf/typo.yaml:2:5', "unknown keyword 'optioal'", 'did you mean optional?']],
    ['broken', ['conf/broken.yaml:3:6', 'b.c:', 'conf/broken.yaml:4:6', 'b.d:']],
    ['twice', ['conf/twice.yaml:3:1', "duplicate key 'seed'", 'line 1, column 1']],
    ['loop', ['conf/loop.yaml:2:5', 'loop → loop']],
    ['hydra', ['conf/hydra.yaml:2:3', 'did you mean run?', 'conf/hydra.yaml:4:9', 'RUN or MULTIRUN']],
    ['cofnig', ["cannot find primary config 'cofnig'", 'did you mean config?']],
  ])('the file %s.yaml', (name, parts) => {
    const { message } = refusal([], name)
    for (const part of parts) expect(message).toContain(part)
  })
})

describe('what is legal but hardly meant is a warning', () => {
  const warnings = (...overrides: string[]) => {
    const composition = composeTree({
      configDir: tree.configDir,
      configName: 'config',
      overrides,
      cwd: tree.root,
    })
    return composition.warnings.map((warning) => warning.message)
  }

  test('a misspelt group after +', () => {
    expect(warnings('+experimnt=e1')).toEqual([expect.stringContaining('did you mean experiment?')])
  })

  test('a package header below another comment', () => {
    expect(warnings('experiment=late')).toEqual([
      expect.stringContaining("'# @package _global_' has no effect"),
    ])
  })

  test('a value of the primary config that a group file hides', () => {
    tree.write({ 'hidden.yaml': 'defaults:\n  - _self_\n  - data: jersey\ndata:\n  batch_size: 8\n' })
    const { warnings: found } = composeTree({
      configDir: tree.configDir,
      configName: 'hidden',
      cwd: tree.root,
    })
    expect(found).toEqual([
      {
        message:
          "'data.batch_size' has no effect here: conf/data/jersey.yaml:1 sets it after _self_; move _self_ below the groups to let it win",
        place: { kind: 'file', file: 'conf/hidden.yaml', line: 5, column: 15 },
      },
    ])
  })

  test('nothing to warn about', () => {
    expect(warnings('seed=7', 'model=resnet50')).toEqual([])
  })
})

describe('differences from Hydra that help', () => {
  const composed = async (...overrides: string[]) => {
    return (await compose({ configDir: tree.configDir, configName: 'config', overrides })).config
  }

  test('group=null chooses nothing', async () => {
    expect(await composed('model=null')).not.toHaveProperty('model')
  })

  test('null values and list items can be deleted', async () => {
    expect(await composed('+n=null', '~n')).not.toHaveProperty('n')
    expect(await composed('+l=[1,2]', '~l.0')).toMatchObject({ l: [2] })
  })

  test('paths, emoji and equals signs need no quotes', async () => {
    const config = await composed(
      '+ckpt=runs/epoch=3-val=0.5.ckpt',
      '+root=/data/日本/⚽ x',
      '+home=~/data',
      '+id=#1',
    )
    expect(config).toMatchObject({
      ckpt: 'runs/epoch=3-val=0.5.ckpt',
      root: '/data/日本/⚽ x',
      home: '~/data',
      id: '#1',
    })
  })

  test('nested interpolations need no quotes', async () => {
    expect(await composed('+key=seed', '+value=${${key}}')).toMatchObject({ value: 42 })
  })
})

test('a key that a schema knows needs no plus', () => {
  const allowKey = (path: string): boolean => path === 'model.width' || path === 'extra.deep'
  const options = { configDir: tree.configDir, configName: 'config', cwd: tree.root, allowKey }
  expect(() => composeTree({ ...options, overrides: ['model.width=3', 'extra.deep=1'] })).not.toThrow()
  expect(() => composeTree({ ...options, overrides: ['model.depth=3'] })).toThrow(
    "could not override 'model.depth'",
  )
})

test('compose gives plain values and the files they come from', async () => {
  const { config, hydra, sources } = await compose({
    configDir: tree.configDir,
    configName: 'config',
    overrides: ['seed=7'],
  })
  expect(config).toEqual({
    seed: 7,
    trainer: { max_epochs: 10 },
    model: { name: 'resnet18', lr: 0.1 },
    data: { batch_size: 64, image_size: 224 },
  })
  expect(hydra).toMatchObject({
    overrides: { task: ['seed=7'] },
    runtime: { choices: { model: 'resnet18' } },
  })
  expect(
    sources.filter((source) => !source.config.startsWith('hydra/')).map((source) => source.config),
  ).toEqual(['config', 'model/resnet18', 'data/jersey'])
  expect(compose({ configDir: tree.configDir, configName: 'config', version: '1.0' })).rejects.toThrow(
    'always that of 1.3',
  )
})
