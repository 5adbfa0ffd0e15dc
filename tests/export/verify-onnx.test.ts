import { expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckpointError, EngineBug } from '../../ts/errors/index.ts'
import { type OnnxCheck, verifyOnnx } from '../../ts/export/verify-onnx.ts'
import { linearCheck, onnxFixtures } from './linear-check.ts'

const path = join(onnxFixtures, 'linear.onnx')
const check = (n: number): OnnxCheck => ({ path, classes: 4, ...linearCheck(n) })

async function failure(broken: OnnxCheck): Promise<Error> {
  return await verifyOnnx(broken).then(
    () => {
      throw new Error('it was accepted')
    },
    (error: Error) => error,
  )
}

test('a file that answers right', async () => {
  for (const images of [1, 5]) {
    const agreement = await verifyOnnx(check(images))
    expect(agreement.images).toBe(images)
    expect(agreement.maxDifference).toBeLessThan(1e-6 * agreement.scale)
    expect(agreement.scale).toBe(Math.max(...linearCheck(images).logits.map(Math.abs)))
  }
})

test('one logit that is off by a little more than allowed', async () => {
  const { logits } = linearCheck(5)
  const scale = Math.max(...logits.map(Math.abs))
  const nudged = (share: number): OnnxCheck => {
    const copy = logits.slice()
    copy[13] = (copy[13] ?? 0) + share * scale
    return { ...check(5), logits: copy }
  }
  await verifyOnnx(nudged(0.5e-4))
  const error = await failure(nudged(1.5e-4))
  expect(error).toBeInstanceOf(EngineBug)
  expect(error.message).toContain('image 3 of the check is off by')
})

test('a flipped first class', async () => {
  // Two equal first logits, one of which the file gives: no more than allowed, but another class.
  const logits = linearCheck(1).logits
  const best = logits.indexOf(Math.max(...logits))
  const rival = (best + 1) % 4
  logits[rival] = (logits[best] ?? 0) + 1e-5
  const error = await failure({ ...check(1), logits })
  expect(error.message).toContain('another first class')
})

test('another number of classes', async () => {
  const error = await failure({ ...check(2), classes: 3, logits: new Float32Array(6) })
  expect(error).toBeInstanceOf(CheckpointError)
  expect(error.message).toContain(`${path} answers with 4 classes, expected 3`)
})

test('answers that are not finite', async () => {
  const { logits } = linearCheck(2)
  logits[0] = Number.NaN
  expect(await failure({ ...check(2), logits })).toBeInstanceOf(CheckpointError)
  const inputs = linearCheck(2).inputs
  inputs[0] = Number.NaN
  expect((await failure({ ...check(2), inputs })).message).toContain('off by Infinity')
})

test('a file that is none', async () => {
  const broken = join(mkdtempSync(join(tmpdir(), 'classifier-training-')), 'broken.onnx')
  writeFileSync(broken, 'no protobuf')
  for (const wrong of [broken, `${broken}.missing`]) {
    const error = await failure({ ...check(1), path: wrong })
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error.message).toContain(`${wrong}: onnxruntime cannot open it`)
  }
  const image = join(onnxFixtures, 'linear.uint8.onnx')
  expect((await failure({ ...check(1), path: image })).message).toContain('onnxruntime cannot run it')
})
