import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CheckpointError } from '../../ts/errors/index.ts'
import type { Session } from '../../ts/native/engine.ts'
import { BackgroundSaves } from '../../ts/train/background-saves.ts'
import type { Callback } from '../../ts/train/callback.ts'
import { memoryRun, temporaryFolder } from './memory-run.ts'

const never = new AbortController().signal

/** Saves after every epoch; forgets the one before. */
const keeper: Callback = {
  name: 'keeper',
  role: 'controller',
  epochEnd: ({ epoch }) => [
    { kind: 'save', name: `epoch-${epoch}`, pointers: ['best'], monitor: { name: 'm', value: epoch } },
    ...(epoch === 0 ? [] : [{ kind: 'forget' as const, name: `epoch-${epoch - 1}` }]),
  ],
}

/** A session with other saves; the verbs of the stand-in keep their object. */
function withSave(session: Session, save: Session['save'], seen: string[] = []): Session {
  return {
    train: (batches) => {
      seen.push('train')
      return session.train(batches)
    },
    evaluate: (request) => session.evaluate(request),
    predict: (...words) => session.predict(...words),
    save,
    load: (directory) => session.load(directory),
    export: (request) => session.export(request),
    heatMaps: (request) => session.heatMaps(request),
    inspect: () => session.inspect(),
    stop: () => session.stop(),
    progress: () => session.progress(),
    close: () => session.close(),
  }
}

describe('work on the disk', () => {
  test('is done in order, also where one takes longer', async () => {
    const saves = new BackgroundSaves()
    const seen: number[] = []
    const gate = Promise.withResolvers<void>()
    saves.add(async () => {
      await gate.promise
      seen.push(1)
    })
    saves.add(async () => void seen.push(2))
    const settled = saves.settle().then(() => seen.push(3))
    gate.resolve()
    await settled
    expect(seen).toEqual([1, 2, 3])
  })

  test('after a failure the rest is left undone and every call says it', async () => {
    const saves = new BackgroundSaves()
    const seen: number[] = []
    saves.add(() => Promise.reject(new CheckpointError('disk full')))
    saves.add(async () => void seen.push(2))
    expect(saves.settle()).rejects.toThrow('disk full')
    expect(saves.settle()).rejects.toThrow('disk full')
    expect(() => saves.add(async () => {})).toThrow('disk full')
    expect(seen).toEqual([])
  })
})

describe('a checkpoint that is on its way', () => {
  test('does not hold up the next step, and the run does not end before it is there', async () => {
    const directory = temporaryFolder()
    const seen: string[] = []
    const finished = memoryRun(directory, [keeper], { maxEpochs: 2 }, never, undefined, (session) => {
      const trained = (): boolean => seen.slice(seen.indexOf('save')).includes('train')
      return withSave(
        session,
        async (request) => {
          seen.push('save')
          const written = session.save(request)
          // The first is written only when a later step was trained: a run that waited for it would never end.
          while (!trained() && seen.filter((word) => word === 'save').length === 1) await Bun.sleep(1)
          return written
        },
        seen,
      )
    })
    await finished
    expect(readFileSync(join(directory, 'checkpoints/last'), 'utf8').trim()).toBe('epoch-1')
    expect(existsSync(join(directory, 'checkpoints/epoch-0'))).toBe(false)
  })

  test('that fails ends the run with its error; the one before stays', async () => {
    const directory = temporaryFolder()
    const full = new CheckpointError('no space left')
    const run = memoryRun(directory, [keeper], {}, never, undefined, (session) =>
      withSave(session, (request) =>
        request.directory.endsWith('epoch-1') ? Promise.reject(full) : session.save(request),
      ),
    )
    expect(await run.catch((error: unknown) => error)).toBe(full)
    expect(readFileSync(join(directory, 'checkpoints/last'), 'utf8').trim()).toBe('epoch-0')
    expect(existsSync(join(directory, 'checkpoints/epoch-0/COMMIT.json'))).toBe(true)
  })

  test('is finished before an interrupted run ends', async () => {
    const directory = temporaryFolder()
    const controller = new AbortController()
    const { result } = await memoryRun(
      directory,
      [{ name: 'stop', role: 'observer', span: () => void controller.abort() }],
      {},
      controller.signal,
      undefined,
      (session) =>
        withSave(session, async (request) => {
          await Bun.sleep(5)
          return session.save(request)
        }),
    )
    expect(result.status).toBe('interrupted')
    const last = readFileSync(join(directory, 'checkpoints/last'), 'utf8').trim()
    expect(existsSync(join(directory, 'checkpoints', last, 'COMMIT.json'))).toBe(true)
  })
})

test('a resume does what a killed process had still to do after its save', async () => {
  const whole = await memoryRun(temporaryFolder(), [keeper])
  const directory = temporaryFolder()
  // Dies between the commit of the second checkpoint and its pointers.
  const killed = memoryRun(directory, [keeper], {}, never, undefined, (session) =>
    withSave(session, async (request) => {
      const report = await session.save(request)
      if (request.directory.endsWith('epoch-1')) throw new Error('killed')
      return report
    }),
  )
  expect(killed).rejects.toThrow('killed')
  const checkpoints = join(directory, 'checkpoints')
  expect(readFileSync(join(checkpoints, 'best'), 'utf8').trim()).toBe('epoch-0')
  const again = await memoryRun(directory, [{ ...keeper, epochEnd: () => undefined }])
  expect(again.weights).toBe(whole.weights)
  expect(readFileSync(join(checkpoints, 'best'), 'utf8').trim()).toBe('epoch-1')
  expect(existsSync(join(checkpoints, 'epoch-0'))).toBe(false)
})
