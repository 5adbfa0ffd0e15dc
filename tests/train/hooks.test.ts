import { expect, test } from 'bun:test'
import type { Action, Callback, RunContext, RunEndEvent } from '../../ts/train/callback.ts'
import { Hooks } from '../../ts/train/hooks.ts'

function remembering(name: string, state: unknown, restored: unknown[] = []): Callback {
  return { name, role: 'observer', state: () => state, restore: (before) => void restored.push(before) }
}

test('states are kept by name, in order where there are several', () => {
  const first = new Hooks([remembering('a', 1), remembering('b', 2), remembering('a', 3)])
  expect(first.state()).toEqual({ a: 1, b: 2, 'a#2': 3 })
  const restored: Record<string, unknown[]> = { a: [], a2: [], b: [] }
  // Another order, and one that was not there.
  new Hooks([
    remembering('new', 0),
    remembering('b', 0, restored.b),
    remembering('a', 0, restored.a),
    remembering('a', 0, restored.a2),
  ]).restore(first.state())
  expect(restored).toEqual({ a: [1], a2: [3], b: [2] })
})

test('states of older checkpoints, kept by place and name, are found', () => {
  const restored: Record<string, unknown[]> = { a: [], a2: [], b: [] }
  const hooks = new Hooks([
    remembering('b', 0, restored.b),
    remembering('a', 0, restored.a),
    remembering('a', 0, restored.a2),
  ])
  hooks.restore({ '10:a': 'second', '2:a': 'first', '3:b': 'b' })
  expect(restored).toEqual({ a: ['first'], a2: ['second'], b: ['b'] })
})

/** A run that only hears warnings. */
function heard(): { readonly context: RunContext; readonly warnings: string[] } {
  const warnings: string[] = []
  const logger = { warn: (message: string) => void warnings.push(message) }
  return { context: { logger } as unknown as RunContext, warnings }
}

const ended = { status: 'completed', position: { epoch: 0, batch: 0, step: 0 } } as unknown as RunEndEvent
const said = (text: string): Action[] => [{ kind: 'stop', reason: text }]

test('observers work at the same time, and what they ask for keeps their order', async () => {
  const both = Promise.withResolvers<void>()
  const hooks = new Hooks([
    { name: 'first', role: 'observer', runEnd: () => both.promise.then(() => said('first')) },
    { name: 'controller', role: 'controller', runEnd: async () => said('controller') },
    {
      name: 'last',
      role: 'observer',
      // The first one cannot end before this one was asked.
      runEnd: () => {
        both.resolve()
        return said('last')
      },
    },
  ])
  const actions = await hooks.ask('runEnd', ended, heard().context)
  expect(actions).toEqual([...said('first'), ...said('controller'), ...said('last')])
})

test('an observer that fails, at once or later, is off; the others go on', async () => {
  const asked = { sudden: 0, late: 0 }
  const hooks = new Hooks([
    {
      name: 'sudden',
      role: 'observer',
      runEnd: () => {
        asked.sudden++
        throw new Error('no')
      },
    },
    {
      name: 'late',
      role: 'observer',
      runEnd: () => {
        asked.late++
        return Promise.reject(new Error('no'))
      },
    },
    { name: 'sound', role: 'observer', runEnd: () => said('sound') },
  ])
  const { context, warnings } = heard()
  expect(await hooks.ask('runEnd', ended, context)).toEqual(said('sound'))
  expect(await hooks.ask('runEnd', ended, context)).toEqual(said('sound'))
  expect(asked).toEqual({ sudden: 1, late: 1 })
  expect(warnings.toSorted()).toEqual(
    ['late', 'sudden'].map((name) => `callback ${name} failed and is off for the rest of the run`),
  )
})

test("a controller's failure is the run's, once the observers are done", async () => {
  let done = false
  const hooks = new Hooks([
    {
      name: 'observer',
      role: 'observer',
      runEnd: async () => {
        await Bun.sleep(1)
        done = true
      },
    },
    { name: 'controller', role: 'controller', runEnd: () => Promise.reject(new Error('the disk is full')) },
  ])
  await expect(hooks.ask('runEnd', ended, heard().context)).rejects.toThrow('the disk is full')
  expect(done).toBe(true)
})
