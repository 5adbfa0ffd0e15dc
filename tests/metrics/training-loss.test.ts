import { expect, test } from 'bun:test'
import { trainingLoss } from '../../ts/metrics/training-loss.ts'
import type { LossSpec } from '../../ts/native/spec.d.ts'

const fixture = (name: string) =>
  Bun.file(new URL(`../fixtures/metrics/${name}.json`, import.meta.url)).json()
const { logits, labels, classes } = await fixture('classification')
// Values of torch on these rows: see make_training_loss.py.
const cases: { spec: LossSpec; value: number }[] = await fixture('training-loss')

test.each(cases.map(({ spec, value }) => [JSON.stringify(spec), spec, value] as const))(
  '%s equals torch',
  (_, spec, value) => {
    const found = trainingLoss(Float32Array.from(logits), Int32Array.from(labels), classes, spec)
    expect(found).toBeCloseTo(value, 6)
  },
)
