import { describe, expect, test } from 'bun:test'
import { bootstrapIntervals } from '../../ts/metrics/bootstrap.ts'
import { classAverages, classificationMetrics } from '../../ts/metrics/classification.ts'

// Rows and values from torchmetrics 1.x on the same numbers: see make_classification.py.
const { logits, labels, classes, expected, weighted } = await Bun.file(
  new URL('../fixtures/metrics/classification.json', import.meta.url),
).json()

describe('classificationMetrics', () => {
  const metrics = classificationMetrics(Float32Array.from(logits), Int32Array.from(labels), classes)

  test.each(Object.keys(expected).filter((name) => name !== 'per_class'))(
    '%s equals torchmetrics',
    (name) => {
      expect(metrics[name as 'nll']).toBeCloseTo(expected[name], 6)
    },
  )

  test.each(['precision', 'recall', 'f1'] as const)('the weighted %s equals torchmetrics', (name) => {
    expect(classAverages(metrics.per_class).weighted[name]).toBeCloseTo(weighted[name], 6)
  })

  test('per-class values equal torchmetrics', () => {
    for (const [k, row] of expected.per_class.entries()) {
      const own = metrics.per_class[k]
      expect(own?.support).toBe(row.support)
      for (const name of ['precision', 'recall', 'f1'] as const) expect(own?.[name]).toBeCloseTo(row[name], 6)
      if (row.auroc === null) expect(own?.auroc).toBeNull()
      else expect(own?.auroc).toBeCloseTo(row.auroc, 5)
    }
  })
})

test('bootstrap intervals hold the estimate, repeat for a seed, and shrink with the sample', () => {
  const metrics = classificationMetrics(Float32Array.from(logits), Int32Array.from(labels), classes)
  const once = bootstrapIntervals(Float32Array.from(logits), Int32Array.from(labels), classes)
  expect(bootstrapIntervals(Float32Array.from(logits), Int32Array.from(labels), classes)).toEqual(once)
  for (const name of ['acc_top1', 'acc_top5', 'nll', 'f1_macro'] as const) {
    expect(once[name][0]).toBeLessThanOrEqual(metrics[name])
    expect(once[name][1]).toBeGreaterThanOrEqual(metrics[name])
  }
  const fourfold = bootstrapIntervals(
    Float32Array.from([...logits, ...logits, ...logits, ...logits]),
    Int32Array.from([...labels, ...labels, ...labels, ...labels]),
    classes,
  )
  expect(fourfold.acc_top1[1] - fourfold.acc_top1[0]).toBeLessThan(once.acc_top1[1] - once.acc_top1[0])
})
