import { describe, expect, test } from 'bun:test'
import { resnetCost } from '../../ts/callbacks/model-cost.ts'
import { modelRows, modelTable } from '../../ts/callbacks/model-table.ts'
import type { ParameterInfo } from '../../ts/native/spec.d.ts'
import costs from '../fixtures/model-cost/costs.json'

const parametersOf = (model: keyof typeof costs, frozen = /^$/): ParameterInfo[] =>
  costs[model].parameters.map(([name, shape]) => ({
    name: String(name),
    shape: shape as number[],
    trainable: !frozen.test(String(name)),
  }))

describe.each(['resnet18', 'resnet34', 'resnet50'] as const)('%s', (model) => {
  test("counts what torchvision's forward pass does", () => {
    for (const [size, macs] of Object.entries(costs[model].macs)) {
      const [height = 0, width = 0] = size.split('x').map(Number)
      expect(resnetCost(parametersOf(model), [height, width])?.macs).toBe(macs)
    }
  })

  test('agrees with the published numbers', () => {
    const cost = resnetCost(parametersOf(model), [224, 224])
    expect(cost?.parameters).toBe(costs[model].published.parameters)
    expect(Number(((cost?.macs ?? 0) / 1e9).toFixed(3))).toBe(costs[model].published.gflops)
    expect(cost?.flops).toBe(2 * (cost?.macs ?? 0))
  })

  test('does not depend on the order of the parameters', () => {
    const parameters = parametersOf(model)
    expect(resnetCost(parameters.toReversed(), [64, 64])?.macs).toBe(costs[model].macs['64x64'])
    const names = resnetCost(parameters.toReversed(), [64, 64])?.layers.map(({ name }) => name)
    expect(names?.at(0)).toBe('conv1')
    expect(names?.at(-1)).toBe('fc')
  })
})

test('frozen parameters are counted apart', () => {
  const cost = resnetCost(parametersOf('resnet18', /^(conv1|bn1|layer1)\./), [224, 224])
  expect(cost?.trainable).toBe((cost?.parameters ?? 0) - 9408 - 128 - 147968)
})

test('a network of another kind has no known cost', () => {
  expect(
    resnetCost([{ name: 'features.0.weight', shape: [64, 3, 3, 3], trainable: true }], [224, 224]),
  ).toBeUndefined()
  expect(resnetCost([], [224, 224])).toBeUndefined()
})

test('the table has a row a stage or a row a layer, and the total', () => {
  const cost = resnetCost(parametersOf('resnet18'), [224, 224])
  if (cost === undefined) throw new Error('a ResNet has a cost')
  expect(modelRows(cost, true).map(([name]) => name)).toEqual([
    'stem',
    'layer1',
    'layer2',
    'layer3',
    'layer4',
    'head',
    'total',
  ])
  expect(modelRows(cost, false)).toHaveLength(cost.layers.length + 1)
  expect(modelRows(cost, true)[3]).toEqual(['layer3', '256 × 14 × 14', 2099712, 2099712, 411.04])
  expect(modelTable(cost, true)).toContain('11,689,512')
})
