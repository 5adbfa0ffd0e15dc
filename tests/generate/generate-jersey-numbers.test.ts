import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadImage } from '@napi-rs/canvas'
import { ConfigError, DeviceError } from '../../ts/errors/index.ts'
import { type GeneratedSummary, generateJerseyNumbers, LABELS } from '../../ts/generate/index.ts'
import { countLabels } from '../../ts/generate/labels.ts'

const SPLITS = ['train', 'valid', 'test'] as const
const COUNT = 96

setDefaultTimeout(60_000)

let root = ''
let first: GeneratedSummary

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'generate-'))
  first = await generateJerseyNumbers({ output: join(root, 'first'), count: COUNT, seed: 3, workers: 2 })
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

interface Row {
  readonly image: string
  readonly prefix: string
  readonly suffix: string
}

function rows(folder: string, split: string): Row[] {
  const lines = readFileSync(join(folder, split, 'annotations.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Row)
}

/** Relative path → hash of every file below. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => [
        file,
        new Bun.CryptoHasher('sha256').update(readFileSync(join(folder, file))).digest('hex'),
      ]),
  )
}

/** What lies beside the data sets: nothing half-written may. */
function leftovers(): string[] {
  return readdirSync(root).filter((name) => name.startsWith('.'))
}

describe('a generated data set', () => {
  test('says what it holds', () => {
    expect(first).toMatchObject({
      output: join(root, 'first'),
      reused: false,
      seed: 3,
      count: COUNT,
      image_size: 64,
      splits: { train: { images: 80, classes: 43 }, valid: { images: 8 }, test: { images: 8 } },
    })
  })

  test('has the labels in their proportions, as strings', () => {
    const found = new Map(LABELS.map((label) => [label, 0]))
    for (const { suffix } of rows(first.output, 'train'))
      found.set(suffix, (found.get(suffix) ?? Number.NaN) + 1)
    expect(found).toEqual(new Map(countLabels(80)))
  })

  test('has an image that decodes for every row, in the sizes of real crops, and no other file', async () => {
    for (const split of SPLITS) {
      const named = rows(first.output, split).map((row) => row.image)
      const present = readdirSync(join(first.output, split)).filter((file) => file !== 'annotations.jsonl')
      expect(present.toSorted()).toEqual(named.toSorted())
      for (const file of named) {
        const { width, height } = await loadImage(join(first.output, split, file))
        expect(width).toBeWithin(17, 65)
        expect(height).toBeWithin(23, 65)
      }
    }
  })

  test('has no image twice, in one split or in two', () => {
    const images = Object.entries(contents(first.output)).filter(([file]) => file.endsWith('.jpg'))
    expect(new Set(images.map(([, hash]) => hash)).size).toBe(COUNT)
  })

  test('has pictures that are not flat', async () => {
    for (const { image } of rows(first.output, 'test')) {
      const picture = await loadImage(join(first.output, 'test', image))
      const { createCanvas } = await import('@napi-rs/canvas')
      const context = createCanvas(picture.width, picture.height).getContext('2d')
      context.drawImage(picture, 0, 0)
      const { data } = context.getImageData(0, 0, picture.width, picture.height)
      const greens = data.filter((_, index) => index % 4 === 1)
      expect(Math.max(...greens) - Math.min(...greens)).toBeGreaterThan(60)
    }
  })
})

describe('the same options', () => {
  test('give the same bytes, on any number of threads', async () => {
    await generateJerseyNumbers({ output: join(root, 'again'), count: COUNT, seed: 3, workers: 0 })
    expect(contents(join(root, 'again'))).toEqual(contents(first.output))
  })

  test('with another seed give other images', async () => {
    await generateJerseyNumbers({ output: join(root, 'other'), count: 60, seed: 4 })
    await generateJerseyNumbers({ output: join(root, 'third'), count: 60, seed: 3 })
    const images = (folder: string) =>
      Object.entries(contents(join(root, folder))).flatMap(([file, hash]) =>
        file.endsWith('.jpg') ? [hash] : [],
      )
    const others = new Set(images('other'))
    expect(images('third').filter((hash) => others.has(hash))).toEqual([])
  })

  test('reuse the folder, untouched', async () => {
    const before = statSync(join(first.output, 'dataset.json')).mtimeMs
    const second = await generateJerseyNumbers({ output: first.output, count: COUNT, seed: 3 })
    expect(second).toEqual({ ...first, reused: true, seconds: second.seconds })
    expect(statSync(join(first.output, 'dataset.json')).mtimeMs).toBe(before)
  })

  test('draw again where an image was lost, and replace a set of other options', async () => {
    const output = join(root, 'replaced')
    await generateJerseyNumbers({ output, count: 60, seed: 1 })
    const whole = contents(output)
    rmSync(join(output, 'train', '000001.jpg'))
    expect((await generateJerseyNumbers({ output, count: 60, seed: 1 })).reused).toBe(false)
    expect(contents(output)).toEqual(whole)
    await generateJerseyNumbers({ output, count: 61, seed: 1 })
    expect(rows(output, 'train')).toHaveLength(51)
    expect(leftovers()).toEqual([])
  })

  test('twice at once end in one whole data set', async () => {
    const output = join(root, 'rivals')
    const rivals = [0, 1].map(() => generateJerseyNumbers({ output, count: 60, seed: 9, workers: 0 }))
    await Promise.all(rivals)
    expect((await generateJerseyNumbers({ output, count: 60, seed: 9 })).reused).toBe(true)
    expect(leftovers()).toEqual([])
  })
})

describe('an interruption', () => {
  test.each([0, 2])('leaves nothing behind (%i threads)', async (workers) => {
    const output = join(root, `interrupted-${workers}`)
    const controller = new AbortController()
    const run = generateJerseyNumbers({
      output,
      count: 240,
      workers,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })
    await expect(run).rejects.toThrow('enough')
    expect(existsSync(output)).toBe(false)
    expect(leftovers()).toEqual([])
  })

  test('keeps the data set that was there', async () => {
    const output = join(root, 'kept')
    await generateJerseyNumbers({ output, count: 60 })
    const before = contents(output)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(generateJerseyNumbers({ output, count: 70, signal })).rejects.toThrow('enough')
    expect(contents(output)).toEqual(before)
  })

  test('by a kill is swept up by the next start', async () => {
    const dead = Bun.spawn(['true'])
    await dead.exited
    const orphan = join(root, `.swept.partial-${hostname()}-${dead.pid}-abcdef`)
    const living = join(root, `.swept.partial-${hostname()}-${process.pid}-abcdef`)
    mkdirSync(orphan)
    mkdirSync(living)
    await generateJerseyNumbers({ output: join(root, 'swept'), count: 60 })
    expect(existsSync(orphan)).toBe(false)
    expect(existsSync(living)).toBe(true)
    rmSync(living, { recursive: true })
  })
})

describe('what cannot be done is refused', () => {
  const refusal = (options: object) =>
    generateJerseyNumbers({ output: join(root, 'refused'), ...options }).then(
      () => undefined,
      (error: unknown) => error,
    )

  test.each([
    [{ count: 59 }, 'count: must be at least 60'],
    [{ count: 100.5 }, 'count: must be a whole number'],
    [{ seed: -1 }, 'seed: must not be negative'],
    [{ imageSize: 8 }, 'image_size: must be at least 32 pixels'],
    [{ output: ' ' }, 'output: must name a folder'],
    [{ colour: 'red' }, 'colour'],
  ])('%o', async (options, message) => {
    const error = await refusal(options)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toContain(message)
    expect(existsSync(join(root, 'refused'))).toBe(false)
  })

  test('a folder with other files, or a file, is not touched', async () => {
    const output = join(root, 'mine')
    mkdirSync(output)
    writeFileSync(join(output, 'thesis.txt'), 'years of work')
    const error = await refusal({ output })
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toContain('holds files that were not generated')
    expect(readFileSync(join(output, 'thesis.txt'), 'utf8')).toBe('years of work')
    expect(await refusal({ output: join(output, 'thesis.txt') })).toBeInstanceOf(ConfigError)
  })

  test('a path through a file is a fault of the machine, named', async () => {
    writeFileSync(join(root, 'plain'), '')
    const error = await refusal({ output: join(root, 'plain', 'below') })
    expect(error).toBeInstanceOf(DeviceError)
    expect((error as DeviceError).message).toContain('part of the path is a file')
  })
})

test('a larger image_size gives larger pictures of the same shape', async () => {
  const output = join(root, 'large')
  await generateJerseyNumbers({ output, count: 60, imageSize: 128 })
  const sizes = await Promise.all(
    rows(output, 'train').map(async ({ image }) => {
      const { width, height } = await loadImage(join(output, 'train', image))
      return Math.max(width, height)
    }),
  )
  expect(Math.max(...sizes)).toBeLessThanOrEqual(128)
  expect(sizes.toSorted((a, b) => a - b)[25]).toBeGreaterThan(64)
})
