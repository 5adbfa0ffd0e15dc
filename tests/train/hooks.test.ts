import { expect, test } from 'bun:test'
import type { Callback } from '../../ts/train/callback.ts'
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
