import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DataError, type Failure } from '../../ts/errors/index.ts'
import { loadEngine, type NativeEngine } from '../../ts/native/native-engine.ts'
import { ensureNative } from '../../ts/setup/index.ts'

setDefaultTimeout(600_000)

/** A line of `manifest.jsonl`; the pixels are those of Pillow's `convert('RGB')`, orientation not applied. */
interface Row {
  readonly path: string
  readonly magic: string
  readonly mode?: string
  readonly error?: string
  /** Absent where Pillow gives no pixels. */
  readonly rgb_sha256?: string
  readonly rgb_width?: number
  readonly rgb_height?: number
}

/** Formats that are read; others may be refused by name. */
const formats = new Set(['jpeg', 'png', 'webp', 'bmp', 'gif', 'tiff'])

const shared = process.env.CT_SHARED_DATA ?? '../shared/data'
const folder = resolve(process.env.TRICKY_IMAGES ?? join(shared, 'tricky-images'))
const manifest = join(folder, 'manifest.jsonl')

describe('images that decoders differ on', () => {
  if (!existsSync(manifest)) {
    test.skip(`no images at ${folder}: set TRICKY_IMAGES or CT_SHARED_DATA`, () => {})
    return
  }
  const rows = readFileSync(manifest, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row)
  let engine: NativeEngine
  beforeAll(async () => {
    await ensureNative({ quiet: true })
    engine = await loadEngine()
  })

  for (const [group, members] of Map.groupBy(rows, ({ path }) => dirname(path)))
    test(`${group}: ${members.length} files give Pillow's pixels or a refusal`, async () => {
      const wrong: string[] = []
      for (const row of members) {
        const problem = await problemOf(row)
        if (problem !== undefined) wrong.push(`${row.path} (${row.magic} ${row.mode ?? ''}): ${problem}`)
      }
      expect(wrong).toEqual([])
    })

  /** What is wrong with our answer to a file; undefined where nothing is. */
  async function problemOf(row: Row): Promise<string | undefined> {
    const { failure, digest } = await decode(row)
    if (failure) {
      if (!(failure instanceof DataError)) return `a ${failure.name}: ${failure.message}`
      if (!failure.message.includes(row.path)) return `the refusal does not name it: ${failure.message}`
      return row.rgb_sha256 !== undefined && formats.has(row.magic) ? failure.message : undefined
    }
    if (row.rgb_sha256 === undefined) return `accepted; Pillow says ${row.error ?? 'nothing'}`
    return digest === row.rgb_sha256 ? undefined : 'other pixels'
  }

  /** A centre crop of the picture's own size changes nothing, so what comes out is what was decoded. */
  async function decode(row: Row): Promise<{ failure: Failure | undefined; digest: string }> {
    const size: [number, number] = [row.rgb_height ?? 1, row.rgb_width ?? 1]
    const { pixels } = engine.openPreprocessor([{ kind: 'center_crop', size }], false)
    const { images, failures } = await pixels([join(folder, row.path)])
    return { failure: failures[0], digest: createHash('sha256').update(images).digest('hex') }
  }
})
