import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { lintRecipe } from '../../ts/config/lint/index.ts'
import type { ConfigNode, MapNode } from '../../ts/config/node.ts'
import { resolvePlan } from '../../ts/config/plan/index.ts'
import { parseConfig } from '../../ts/config/schema/index.ts'
import { ConfigError } from '../../ts/errors/index.ts'
import { composed } from './composed.ts'
import { callbacks, loggers } from './known-targets.ts'
import { jerseys } from './summary.ts'

const root = join(import.meta.dir, '../..')
const machine = { cores: 2, accelerator: 'cpu', bf16: true } as const

/** Numbers from 0 to below 1 by a linear congruence (Numerical Recipes), the same in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const values: readonly ConfigNode[] = [
  { kind: 'null' },
  { kind: 'missing' },
  { kind: 'bool', value: true },
  { kind: 'int', value: 0n },
  { kind: 'int', value: -7n },
  { kind: 'int', value: 10n ** 30n },
  { kind: 'float', value: 0.5 },
  { kind: 'float', value: Number.NaN },
  { kind: 'float', value: Number.POSITIVE_INFINITY },
  { kind: 'str', value: '' },
  { kind: 'str', value: '__proto__' },
  { kind: 'str', value: 'constructor' },
  { kind: 'str', value: 'torchvision.transforms.v2.RandomRotation' },
  { kind: 'list', items: [] },
  {
    kind: 'list',
    items: [
      { kind: 'int', value: 3n },
      { kind: 'str', value: 'x' },
    ],
  },
  { kind: 'map', entries: new Map() },
  { kind: 'map', entries: new Map([['__proto__', { kind: 'int', value: 1n }]]) },
  { kind: 'map', entries: new Map([['_target_', { kind: 'str', value: 'MixUp' }]]) },
]

/** The tree with one value somewhere replaced, renamed or removed. */
function mutated(node: ConfigNode, random: () => number): ConfigNode {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  if (node.kind === 'map' && node.entries.size > 0) {
    const entries = [...node.entries]
    const at = Math.floor(random() * entries.length)
    const [key, value] = pick(entries.slice(at, at + 1))
    const kind = random()
    if (kind < 0.05) entries.splice(at, 1)
    else if (kind < 0.1)
      entries[at] = [pick(['__proto__', 'constructor', `${key}x`, key.slice(1), '_args_']), value]
    else if (kind < 0.3) entries[at] = [key, { ...pick(values), place: value.place } as ConfigNode]
    else entries[at] = [key, mutated(value, random)]
    return { ...node, entries: new Map(entries) }
  }
  if (node.kind === 'list' && node.items.length > 0) {
    const at = Math.floor(random() * node.items.length)
    return { ...node, items: node.items.map((item, index) => (index === at ? mutated(item, random) : item)) }
  }
  return { ...pick(values), place: node.place } as ConfigNode
}

test('a mutated configuration is parsed or refused with keys, never a crash', () => {
  const random = generator(7)
  const bases = [
    composed(join(root, 'tests/fixtures/hydra-tree'), 'numbers').tree,
    composed(join(root, 'configs'), 'train', ['experiment=mixup_cutmix']).tree,
  ]
  let refused = 0
  for (let round = 0; round < 500; round++) {
    let tree: ConfigNode = bases[round % 2] as MapNode
    for (let times = 0; times <= round % 3; times++) tree = mutated(tree, random)
    try {
      const { config } = parseConfig(tree, { callbacks, loggers })
      const { plan, run } = resolvePlan(config, jerseys, machine)
      lintRecipe({ config, plan, run, summary: jerseys })
      expect(JSON.stringify(plan)).not.toContain('null,null,null]')
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      refused += 1
      for (const problem of error.problems) expect(problem.key ?? problem.place).toBeDefined()
    }
  }
  expect(refused).toBeGreaterThan(100)
  expect(refused).toBeLessThan(500)
})
