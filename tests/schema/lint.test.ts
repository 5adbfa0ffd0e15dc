import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { lintRecipe } from '../../ts/config/lint/index.ts'
import { resolvePlan } from '../../ts/config/plan/index.ts'
import { parseConfig } from '../../ts/config/schema/index.ts'
import type { DatasetSummary } from '../../ts/native/spec.d.ts'
import { composed, tree as yaml } from './composed.ts'
import { callbacks, loggers } from './known-targets.ts'
import { jerseys, summaryOf } from './summary.ts'

const root = join(import.meta.dir, '../..')
const machine = { cores: 2, accelerator: 'cpu', bf16: true } as const
const animals = summaryOf(['cat', 'dog'], { train: [4000, 4000], val: [500, 500] })

/** The rules that speak, in order. */
function rules(
  folder: string,
  name: string,
  summary: DatasetSummary = jerseys,
  sizes?: readonly (readonly [number, number])[],
): string[] {
  const { tree, unresolved } = composed(join(root, folder), name)
  const { config } = parseConfig(tree, { callbacks, loggers, unresolved })
  const { plan, run } = resolvePlan(config, summary, machine)
  const found = lintRecipe({ config, plan, run, summary, ...(sizes && { sizes }) })
  return found.map(({ message }) => /\(([\w-]+)\)$/.exec(message)?.[1] ?? message)
}

describe('the recipe linter', () => {
  test('has nothing against our own recipes', () => {
    for (const name of [
      'train_basketball_resnet18',
      'train_jersey_ocr_resnet18',
      'train_jersey_ocr_resnet18_local',
    ])
      expect([name, rules('configs', name)]).toEqual([name, []])
    const generated = summaryOf(jerseys.classes, { train: Array(43).fill(112), val: Array(43).fill(14) })
    expect(rules('configs', 'train', generated)).toEqual([])
  })

  test('names what the recipe of a tree from Lightning does to itself', () => {
    expect(rules('tests/fixtures/hydra-tree', 'numbers')).toEqual([
      'ema-half-life',
      'cosine-horizon',
      'cropped-digits',
      'min-delta',
    ])
  })

  test('a crop that suits squares cuts narrow images', () => {
    const name = 'numbers'
    const tree = 'tests/fixtures/hydra-tree'
    expect(rules(tree, name, jerseys, [[30, 60]])).toContain('cut-pixels')
    expect(rules(tree, name, jerseys, [[64, 64]])).not.toContain('cut-pixels')
  })

  const base = 'model: {architecture: resnet18, warmup_epochs: 1}\ndata: {data_root: x, batch_size: 50}\n'
  const lone = (overrides: string, summary: DatasetSummary): string[] => {
    const tree = yaml(base + overrides)
    const { config } = parseConfig(tree, { callbacks, loggers })
    const { plan, run } = resolvePlan(config, summary, machine)
    return lintRecipe({ config, plan, run, summary }).map(({ message }) =>
      message.replace(/.*\(([\w-]+)\)$/, '$1'),
    )
  }

  test('mirrors: digits and left against right, not cats and dogs', () => {
    const epochs = 'trainer: {max_epochs: 10}'
    expect(lone(epochs, jerseys)).toEqual(['mirrored-classes', 'cropped-digits'])
    expect(lone(epochs, animals)).toEqual([])
    const sides = summaryOf(['turn left', 'turn right'], { train: [10, 10], val: [4, 4] })
    expect(lone(epochs, sides)).toEqual(['mirrored-classes'])
  })

  test('a warmup longer than half of the run', () => {
    expect(lone('trainer: {max_epochs: 1}', animals)).toEqual(['long-warmup'])
  })

  test('class weights beside a balancing sampler', () => {
    const tree = yaml(
      'model: {architecture: resnet18}\ndata: {data_root: x, class_weights: balanced, sampler: {mode: auto}}\ntrainer: {max_epochs: 20}',
    )
    const { config } = parseConfig(tree, { callbacks, loggers })
    const { plan, run } = resolvePlan(config, animals, machine)
    expect(lintRecipe({ config, plan, run, summary: animals })[0]?.key).toBe('data.class_weights')
  })

  test('EMA: the half-life at the decay that the warmup reaches', () => {
    const ema = (decay: number) =>
      lone(`trainer: {max_epochs: 10}\nema: {decay: ${decay}, warmup_steps: 0}`, animals)
    expect(ema(0.9999)).toEqual(['ema-half-life'])
    expect(ema(0.99)).toEqual([])
  })

  test('lint: error refuses, lint: off is silent', () => {
    expect(() => lone('trainer: {max_epochs: 1}\nlint: error', animals)).toThrow('long-warmup')
    expect(lone('trainer: {max_epochs: 1}\nlint: off', animals)).toEqual([])
  })
})
