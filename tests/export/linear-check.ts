import { join } from 'node:path'
import { b, w } from '../fixtures/onnx/linear.json'

export const onnxFixtures = join(import.meta.dir, '../fixtures/onnx')

/** Inputs of the shape [n, 3, 2, 2] and what `linear.onnx` should answer. */
export function linearCheck(n: number): {
  inputs: Float32Array
  shape: [number, number, number, number]
  logits: Float32Array
} {
  const inputs = Float32Array.from({ length: n * 12 }, (_, i) => Math.sin(i * 1.7))
  const logits = Float32Array.from({ length: n * 4 }, (_, at) => {
    const row = inputs.subarray(Math.floor(at / 4) * 12)
    return w.reduce(
      (sum, weights, i) => sum + (weights[at % 4] ?? Number.NaN) * (row[i] ?? Number.NaN),
      b[at % 4] ?? 0,
    )
  })
  return { inputs, shape: [n, 3, 2, 2], logits }
}
