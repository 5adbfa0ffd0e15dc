import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openOnnx } from '../../ts/export/onnx-runtime.ts'
import { optimizedModel } from '../../ts/export/optimized-model.ts'
import { linearCheck, onnxFixtures } from './linear-check.ts'

const folder = mkdtempSync(join(tmpdir(), 'optimized-model-'))
const cache = join(folder, 'cache')
afterAll(() => rm(folder, { recursive: true, force: true }))

const written = async (name: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, name)
  return path
}

test('a kept model is found again, and not for another file, another runtime or the same file changed', async () => {
  const path = await written('a.onnx')
  const model = await optimizedModel(path, '1', cache)
  expect(model.bytes()).toBeUndefined()
  await model.keep((staged) => writeFile(staged, 'arranged'))
  const again = await optimizedModel(path, '1', cache)
  expect(Buffer.from(again.bytes() ?? []).toString()).toBe('arranged')
  expect((await optimizedModel(path, '2', cache)).bytes()).toBeUndefined()
  expect((await optimizedModel(await written('b.onnx'), '1', cache)).bytes()).toBeUndefined()
  await utimes(path, 1, 1)
  expect((await optimizedModel(path, '1', cache)).bytes()).toBeUndefined()
})

test('what fails while it is made leaves nothing', async () => {
  const model = await optimizedModel(await written('c.onnx'), '1', cache)
  const half = model.keep(async (staged) => {
    await writeFile(staged, 'half')
    throw new Error('no space left')
  })
  await expect(half).rejects.toThrow('no space left')
  expect(model.bytes()).toBeUndefined()
  expect((await readdir(join(cache, 'onnxruntime'))).filter((name) => !name.endsWith('.ort'))).toEqual([])
})

test('eight are kept', async () => {
  for (let index = 0; index < 10; index++) {
    const model = await optimizedModel(await written(`${index}.onnx`), '1', cache)
    await model.keep((staged) => writeFile(staged, 'arranged'))
    await utimes(model.file, index + 1, index + 1)
  }
  expect(await readdir(join(cache, 'onnxruntime'))).toHaveLength(8)
})

test('answers are the same from the file, from memory and in place; a torn one is passed over and made anew', async () => {
  const path = join(onnxFixtures, 'linear.onnx')
  const { inputs, shape } = linearCheck(3)
  const home = join(folder, 'home')
  const answer = async (options: Parameters<typeof openOnnx>[1]): Promise<number[]> => {
    const file = await openOnnx(path, options)
    const { logits } = await file.run(inputs, shape)
    await file.close()
    return [...(logits?.values ?? [])]
  }
  const plain = await answer({})
  expect(plain.length).toBeGreaterThan(0)
  for (const options of [{ cache: home }, { cache: home }, { cache: home, images: 1 }])
    expect(await answer(options)).toEqual(plain)
  const kept = join(home, 'onnxruntime')
  const [name = ''] = await readdir(kept)
  for (const size of [100, 0]) {
    await truncate(join(kept, name), size)
    expect(await answer({ cache: home })).toEqual(plain)
    expect(await answer({ cache: home, images: 1 })).toEqual(plain)
  }
})
