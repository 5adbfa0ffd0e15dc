import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRows } from '../../ts/logging/metrics-file.ts'
import type { Callback } from '../../ts/train/callback.ts'
import { spanLength } from '../../ts/train/loop.ts'
import { defaults, memoryRun, temporaryFolder } from './memory-run.ts'

/** The rows without what a clock decides. */
function rows(directory: string): Record<string, number | null>[] {
  return readRows(join(directory, 'metrics.jsonl')).map(
    ({ time: _, 'throughput/images_per_second': __, ...row }) => row,
  )
}

const listener = (seen: string[]): Callback => ({
  name: 'listener',
  role: 'observer',
  runStart: () => void seen.push('start'),
  validationEnd: ({ epoch, sanity }) => void seen.push(`${sanity ? 'sanity' : 'validation'} ${epoch}`),
  epochEnd: ({ epoch, scalars }) => void seen.push(`epoch ${epoch} ${scalars['val/acc_top1']}`),
})

describe('the training loop', () => {
  test('trains every epoch, validates after each, and logs each fourth step', async () => {
    const seen: string[] = []
    const { result, directory } = await memoryRun(temporaryFolder(), [listener(seen)], { sanityBatches: 2 })
    expect(result.status).toBe('completed')
    expect(result.position).toEqual({ epoch: 3, batch: 0, step: 30 })
    expect(seen).toEqual([
      'sanity 0',
      ...[0, 1, 2].flatMap((epoch) => [
        `validation ${epoch}`,
        `epoch ${epoch} ${1 - 1 / (1 + 10 * (epoch + 1))}`,
      ]),
    ])
    const steps = rows(directory).filter((row) => row['train/loss'] !== undefined)
    expect(steps.map((row) => row.step)).toEqual([4, 8, 12, 16, 20, 24, 28])
    const epochs = rows(directory).filter((row) => row['val/loss'] !== undefined)
    expect(epochs.map((row) => [row.epoch, row.step])).toEqual([
      [0, 10],
      [1, 20],
      [2, 30],
    ])
    expect(epochs[0]?.['train/acc_top1']).toBe(0.5)
  })

  test('an interruption at any moment and a resume give the weights and rows of an uninterrupted run', async () => {
    const options = { accumulate: 3, logEverySteps: 2, validateEveryBatches: 5 }
    const whole = await memoryRun(temporaryFolder(), [], options)
    for (let moment = 0; moment < 60; moment++) {
      const directory = temporaryFolder()
      const controller = new AbortController()
      let ticks = 0
      const tick = async (): Promise<void> => {
        while (ticks++ < moment) await Promise.resolve()
        controller.abort()
      }
      const [first] = await Promise.all([memoryRun(directory, [], options, controller.signal), tick()])
      const second = first.result.status === 'interrupted' ? await memoryRun(directory, [], options) : first
      expect(second.weights).toBe(whole.weights)
      expect(rows(directory)).toEqual(rows(whole.directory))
    }
  })

  test('a torn checkpoint is refused by name and the older one is used', async () => {
    const directory = temporaryFolder()
    const keep: Callback = {
      name: 'keep',
      role: 'controller',
      epochEnd: ({ epoch }) => [{ kind: 'save', name: `epoch-${epoch}` }],
    }
    const whole = await memoryRun(directory, [keep])
    rmSync(join(directory, 'checkpoints', 'epoch-2', 'state.json'))
    writeFileSync(join(directory, 'checkpoints', 'epoch-1', 'state.json'), '{ torn')
    const again = await memoryRun(directory, [keep])
    expect(again.warnings.join()).toContain('epoch-1')
    expect(again.weights).toBe(whole.weights)
    expect(rows(directory)).toEqual(rows(whole.directory))
  })

  test('only the newest of its own resume checkpoints stays', async () => {
    const { directory } = await memoryRun(temporaryFolder())
    const folders = readdirSync(join(directory, 'checkpoints')).filter((name) => name !== 'last')
    expect(folders).toEqual(['resume-epoch=003-step=30'])
    expect(existsSync(join(directory, 'checkpoints', 'last'))).toBe(true)
  })

  test('what callbacks log of an epoch is in its row, in the history and in the final metrics', async () => {
    const count: Callback = {
      name: 'count',
      role: 'observer',
      epochEnd: ({ epoch }) => [{ kind: 'log', scalars: { 'count/epochs': epoch + 1 } }],
    }
    const { run, result, directory } = await memoryRun(temporaryFolder(), [count])
    const logged = rows(directory).flatMap((row) => row['count/epochs'] ?? [])
    expect(logged).toEqual([1, 2, 3])
    expect(run.context.history.series('count/epochs')).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ])
    expect(run.context.history.series('val/loss')).toHaveLength(3)
    expect(result.final['count/epochs']).toBe(3)
  })

  test('of two monitored checkpoints the one that owns it sets `best`', async () => {
    const keep = (monitor: string): Callback => ({
      name: monitor,
      role: 'controller',
      epochEnd: ({ epoch, scalars }) => [
        {
          kind: 'save',
          name: `${monitor.replace('/', '_')}-${epoch}`,
          pointers: ['best'],
          monitor: { name: monitor, value: scalars[monitor] ?? 0 },
        },
      ],
    })
    const both = [keep('val/acc_top1'), keep('val/loss')]
    const signal = new AbortController().signal
    const { run } = await memoryRun(temporaryFolder(), both, {}, signal, 'val/acc_top1')
    expect(run.best).toMatchObject({ monitor: 'val/acc_top1', checkpoint: 'checkpoints/val_acc_top1-2' })
  })

  test('a stop action ends the run after its epoch, but not before min_epochs', async () => {
    const stop: Callback = {
      name: 'stop',
      role: 'controller',
      epochEnd: () => [{ kind: 'stop', reason: 'enough' }],
    }
    const early = await memoryRun(temporaryFolder(), [stop])
    expect([early.result.status, early.result.reason, early.result.position.epoch]).toEqual([
      'stopped',
      'enough',
      1,
    ])
    const late = await memoryRun(temporaryFolder(), [stop], { minEpochs: 2 })
    expect(late.result.position.epoch).toBe(2)
  })

  test('max_steps ends within an epoch', async () => {
    const { result } = await memoryRun(temporaryFolder(), [], { maxSteps: 13 })
    expect(result.position).toEqual({ epoch: 1, batch: 3, step: 13 })
  })

  test('an observer that throws is reported and dropped, a controller ends the run', async () => {
    const fails = (role: Callback['role']): Callback => ({
      name: 'faulty',
      role,
      epochEnd: () => {
        throw new Error('broken picture')
      },
    })
    const { result, warnings } = await memoryRun(temporaryFolder(), [fails('observer')])
    expect(result.status).toBe('completed')
    expect(warnings.filter((line) => line.includes('faulty'))).toHaveLength(1)
    expect(memoryRun(temporaryFolder(), [fails('controller')])).rejects.toThrow('broken picture')
  })
})

describe('spanLength', () => {
  const at = (batch: number, step: number): { epoch: number; batch: number; step: number } => ({
    epoch: 0,
    batch,
    step,
  })

  test('ends at logged steps, intervals, validations and the last step', () => {
    expect(spanLength(at(0, 0), { ...defaults, logEverySteps: 50 }, [])).toBe(50)
    expect(spanLength(at(3, 3), { ...defaults, logEverySteps: 50 }, [10])).toBe(7)
    expect(spanLength(at(3, 3), { ...defaults, logEverySteps: 50, validateEveryBatches: 5 }, [])).toBe(2)
    expect(spanLength(at(3, 3), { ...defaults, logEverySteps: 50, maxSteps: 4 }, [])).toBe(1)
  })

  test('counts micro-batches under accumulation', () => {
    expect(spanLength(at(0, 0), { ...defaults, accumulate: 4 }, [])).toBe(16)
    expect(spanLength(at(2, 0), { ...defaults, accumulate: 4 }, [])).toBe(14)
  })
})
