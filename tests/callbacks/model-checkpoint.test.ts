import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { createModelCheckpoint, modelCheckpoint } from '../../ts/callbacks/model-checkpoint.ts'
import { ConfigError } from '../../ts/errors/index.ts'
import type { Action, Actions, Callback } from '../../ts/train/callback.ts'
import { epochEvent, spanEvent, testRun, validationEvent } from './run-context.ts'

type Options = v.InferInput<typeof modelCheckpoint.schema>

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'model-checkpoint-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const create = (options: Options): Callback =>
  modelCheckpoint.create(v.parse(modelCheckpoint.schema, options))

/** Does what the loop does with saves and removals, and says what lies in the folder. */
class Folder {
  readonly names: string[] = []
  last: string | undefined
  best: string | undefined

  perform(actions: Actions | Promise<Actions>): readonly Action[] {
    if (actions instanceof Promise) throw new Error('checkpoints are decided at once')
    for (const action of actions ?? []) {
      if (action.kind === 'save') {
        mkdirSync(join(action.directory ?? '', action.name), { recursive: true })
        this.names.push(action.name)
        if (action.pointers?.includes('last')) this.last = action.name
        if (action.pointers?.includes('best')) this.best = action.name
      }
      if (action.kind === 'forget') {
        rmSync(join(action.directory ?? '', action.name), { recursive: true })
        this.names.splice(this.names.indexOf(action.name), 1)
      }
    }
    return actions ?? []
  }
}

const runEpochs = async (callback: Callback, metric: string, values: readonly number[]): Promise<Folder> => {
  const { context } = testRun({ directory })
  const folder = new Folder()
  for (const [epoch, value] of values.entries())
    folder.perform(callback.epochEnd?.(epochEvent(epoch, { [metric]: value }), context))
  return folder
}

describe('which checkpoints are kept', () => {
  test('the best two by accuracy, the pointer at the best', async () => {
    const callback = create({ monitor: 'val/acc_top1', mode: 'max', save_top_k: 2, filename: '{epoch}' })
    const folder = await runEpochs(callback, 'val/acc_top1', [0.5, 0.9, 0.4, 0.7, 0.9])
    expect(folder.names).toEqual(['epoch=1', 'epoch=4'])
    expect(folder.best).toBe('epoch=1')
  })

  test('the best one by loss is the default', async () => {
    const folder = await runEpochs(create({ monitor: 'val/loss' }), 'val/loss', [3, 1, 2])
    expect(folder.names).toEqual(['epoch=1-step=8'])
  })

  test('save_last keeps the newest beside the best and moves its pointer', async () => {
    const callback = create({ monitor: 'val/loss', save_last: true, filename: '{epoch:02d}' })
    const folder = await runEpochs(callback, 'val/loss', [3, 1, 2, 2])
    expect(folder.names).toEqual(['epoch=01', 'epoch=03'])
    expect(folder.last).toBe('epoch=03')
    expect(folder.best).toBe('epoch=01')
  })

  test('save_top_k 0 with save_last keeps only the newest', async () => {
    const callback = create({ monitor: 'val/loss', save_top_k: 0, save_last: true })
    const folder = await runEpochs(callback, 'val/loss', [3, 1, 2])
    expect(folder.names).toEqual(['epoch=2-step=12'])
    expect(folder.best).toBeUndefined()
  })

  test('save_top_k 0 alone keeps nothing', async () => {
    const folder = await runEpochs(create({ monitor: 'val/loss', save_top_k: 0 }), 'val/loss', [3, 1])
    expect(folder.names).toEqual([])
  })

  test('save_top_k -1 keeps all', async () => {
    const folder = await runEpochs(create({ monitor: 'val/loss', save_top_k: -1 }), 'val/loss', [3, 1, 2])
    expect(folder.names).toHaveLength(3)
    expect(folder.best).toBe('epoch=1-step=8')
  })

  test('without a monitor the newest is kept and nothing is the best', async () => {
    const folder = await runEpochs(create({}), 'val/loss', [1, 2, 3])
    expect(folder.names).toEqual(['epoch=2-step=12'])
    expect(folder.best).toBeUndefined()
  })

  test('NaN ranks last', async () => {
    const callback = create({ monitor: 'val/acc', mode: 'max', filename: '{epoch}' })
    const folder = await runEpochs(callback, 'val/acc', [Number.NaN, 0.1])
    expect(folder.names).toEqual(['epoch=1'])
  })

  test('every_n_epochs counts from the first epoch on', async () => {
    const folder = await runEpochs(
      create({ every_n_epochs: 2, save_top_k: -1, filename: '{epoch}' }),
      'x',
      [0, 0, 0, 0, 0],
    )
    expect(folder.names).toEqual(['epoch=1', 'epoch=3'])
  })
})

describe('names', () => {
  const nameOf = async (filename: string, auto = false): Promise<string | undefined> => {
    const callback = create({ monitor: 'val/acc_top1', mode: 'max', filename, auto_insert_metric_name: auto })
    return (await runEpochs(callback, 'val/acc_top1', [0.93456])).names[0]
  }

  test("the tree's template", async () => {
    expect(await nameOf('epoch={epoch:02d}-val_acc={val/acc_top1:.4f}')).toBe('epoch=00-val_acc=0.9346')
  })

  test('a slash of an inserted metric name makes no folder', async () => {
    expect(await nameOf('{epoch}-{val/acc_top1:.2f}', true)).toBe('epoch=0-val_acc_top1=0.93')
  })

  test('a metric that is not there is said to be none', async () => {
    expect(await nameOf('a-{val/loss:.2f}')).toBe('a-none')
  })

  test('a taken name gets a version', async () => {
    const callback = create({ monitor: 'm', mode: 'max', save_top_k: 3, filename: 'fixed' })
    expect((await runEpochs(callback, 'm', [1, 2, 3])).names).toEqual(['fixed', 'fixed-v1', 'fixed-v2'])
  })

  test('a name is never that of a pointer, a parent folder or too long', async () => {
    expect(await nameOf('best')).toBe('best-v1')
    expect(await nameOf('..')).toBe('checkpoint__')
    expect(Buffer.byteLength((await nameOf('é'.repeat(300))) ?? '')).toBeLessThanOrEqual(200)
  })

  test('a relative dirpath lies in the run folder', () => {
    const { context } = testRun({ directory })
    const actions = create({ dirpath: 'kept' }).epochEnd?.(epochEvent(0, {}), context)
    expect(actions).toMatchObject([{ kind: 'save', directory: join(directory, 'kept') }])
  })
})

describe('when', () => {
  test('every_n_train_steps saves when a span passes a multiple', () => {
    const { context } = testRun({ directory })
    const callback = create({ every_n_train_steps: 3, save_top_k: -1, filename: '{step}' })
    const folder = new Folder()
    for (const step of [2, 4, 6, 8]) folder.perform(callback.span?.(spanEvent(0, step, 2), context))
    expect(folder.names).toEqual(['step=4', 'step=6'])
  })

  test("an epoch's last step is saved once, after its validation", () => {
    const { context } = testRun({ directory })
    const callback = create({ every_n_train_steps: 4, monitor: 'val/loss', filename: '{step}' })
    const folder = new Folder()
    folder.perform(callback.span?.(spanEvent(0, 4, 4, { epoch_done: true }), context))
    expect(folder.names).toEqual([])
    folder.perform(callback.validationEnd?.(validationEvent(0, { 'val/loss': 1 }), context))
    expect(folder.names).toEqual([])
    folder.perform(callback.epochEnd?.(epochEvent(0, { 'val/loss': 1 }), context))
    expect(folder.names).toEqual(['step=4'])
    folder.perform(callback.epochEnd?.(epochEvent(1, { 'val/loss': 0.5 }), context))
    expect(folder.names).toEqual(['step=4'])
  })

  test('a validation within an epoch ranks, unless only epoch ends count', () => {
    const event = validationEvent(0, { 'val/loss': 1 }, { position: { epoch: 0, batch: 2, step: 2 } })
    const { context } = testRun({ directory })
    expect(create({ monitor: 'val/loss' }).validationEnd?.(event, context)).toMatchObject([{ kind: 'save' }])
    const atEnds = create({ monitor: 'val/loss', save_on_train_epoch_end: true })
    expect(atEnds.validationEnd?.(event, context)).toBeUndefined()
  })

  test('the sanity check and the test split save nothing', () => {
    const { context } = testRun({ directory })
    const position = { epoch: 0, batch: 2, step: 2 }
    const callback = create({ monitor: 'val/loss' })
    expect(
      callback.validationEnd?.(validationEvent(0, { 'val/loss': 1 }, { sanity: true, position }), context),
    ).toBeUndefined()
    expect(
      callback.validationEnd?.(validationEvent(0, { 'val/loss': 1 }, { split: 'test', position }), context),
    ).toBeUndefined()
  })

  test('train_time_interval by the clock', () => {
    const { context } = testRun({ directory })
    let time = 0
    const callback = createModelCheckpoint(
      v.parse(modelCheckpoint.schema, { train_time_interval: { seconds: 10 } }),
      () => time,
    )
    const folder = new Folder()
    callback.runStart?.(context)
    time = 9_999
    folder.perform(callback.span?.(spanEvent(0, 1, 1), context))
    time = 10_000
    folder.perform(callback.span?.(spanEvent(0, 2, 1), context))
    time = 15_000
    folder.perform(callback.span?.(spanEvent(0, 3, 1), context))
    expect(folder.names).toEqual(['epoch=0-step=2'])
  })

  test('an epoch without validation keeps only the newest, and says the metric is none', () => {
    const { context } = testRun({ directory })
    const callback = create({ monitor: 'val/loss', save_last: true, filename: '{epoch}-{val/loss:.2f}' })
    const actions = callback.epochEnd?.(
      epochEvent(0, { 'train/loss_epoch': 1 }, { evaluation: null }),
      context,
    )
    expect(actions).toMatchObject([{ kind: 'save', name: 'epoch=0-val_loss=none', pointers: ['last'] }])
  })

  test('a monitored metric that is never logged fails the run with the names that are', () => {
    const { context } = testRun({ directory })
    const call = () =>
      create({ monitor: 'val/acc' }).epochEnd?.(epochEvent(0, { 'val/acc_top1': 1 }), context)
    expect(call).toThrow(ConfigError)
    expect(call).toThrow('val/acc')
  })
})

describe('state', () => {
  test('a resumed run goes on ranking where it stopped', async () => {
    const options: Options = {
      monitor: 'm',
      mode: 'max',
      save_top_k: 2,
      save_last: true,
      filename: '{epoch}',
    }
    const { context } = testRun({ directory })
    const straight = await runEpochs(create(options), 'm', [0.5, 0.9, 0.4, 0.7, 0.6])
    rmSync(join(directory, 'checkpoints'), { recursive: true })

    const folder = new Folder()
    const first = create(options)
    for (const [epoch, m] of [0.5, 0.9, 0.4].entries())
      folder.perform(first.epochEnd?.(epochEvent(epoch, { m }), context))
    const second = create(options)
    second.restore?.(JSON.parse(JSON.stringify(first.state?.())))
    folder.perform(second.epochEnd?.(epochEvent(3, { m: 0.7 }), context))
    folder.perform(second.epochEnd?.(epochEvent(4, { m: 0.6 }), context))
    expect(folder.names).toEqual(straight.names)
    expect(folder.best).toBe(straight.best)
  })
})

describe('a run that failed', () => {
  const position = { epoch: 2, batch: 3, step: 17 }

  test('is saved where that is asked for, under a name of its own that nothing removes', () => {
    const { context } = testRun({ directory })
    const callback = create({ monitor: 'm', save_on_exception: true })
    expect(callback.runFailed?.({ position }, context)).toEqual([
      {
        kind: 'save',
        name: 'exception-epoch=2-step=17',
        directory: join(directory, 'checkpoints'),
        weightsOnly: false,
        pointers: ['last'],
      },
    ])
    mkdirSync(join(directory, 'checkpoints/exception-epoch=2-step=17'), { recursive: true })
    expect(callback.runFailed?.({ position }, context)).toMatchObject([
      { name: 'exception-epoch=2-step=17-v1' },
    ])
    expect(callback.state?.()).toMatchObject({ kept: [], newest: null })
  })

  test('is not saved without a step, twice, or unasked', () => {
    const { context } = testRun({ directory })
    const asked = create({ save_on_exception: true })
    expect(asked.runFailed?.({ position: { epoch: 0, batch: 1, step: 0 } }, context)).toBeUndefined()
    const [saved] = [asked.epochEnd?.(epochEvent(0, {}), context)].flat() as Action[]
    expect(saved?.kind).toBe('save')
    const { position: there } = epochEvent(0, {})
    expect(asked.runFailed?.({ position: there }, context)).toBeUndefined()
    expect(create({}).runFailed?.({ position }, context)).toBeUndefined()
  })
})

describe('options that cannot be', () => {
  const problems = (options: unknown): string => {
    const result = v.safeParse(modelCheckpoint.schema, options)
    return (result.issues ?? []).map((issue) => issue.message).join('\n')
  }

  test.each([
    [{ save_top_k: 3 }, 'needs a monitor'],
    [{ save_top_k: -2, monitor: 'm' }, '-1'],
    [{ every_n_epochs: 1, every_n_train_steps: 5 }, 'only one of'],
    [{ mode: 'auto' }, 'mode|min'],
    [{ filename: '{epoch:zz}' }, 'not a number format'],
    [{ filename: '{epoch' }, 'braces'],
    [{ enable_version_counter: false }, 'never overwritten'],
    [{ monitors: 'm' }, 'monitors'],
  ])('%p', (options, message) => {
    expect(problems(options)).toMatch(new RegExp(message))
  })
})
