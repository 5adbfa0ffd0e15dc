import { expect } from 'bun:test'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pixelsOf } from './png-pixels.ts'

/** Mean difference of a channel, 0 … 255: rasterisers differ at the edges of glyphs. */
const MEAN_TOLERANCE = 0.6
/** Share of pixels that may differ by more than 48. */
const CHANGED_TOLERANCE = 0.004

/** Compares a plot with the picture that was looked at and kept; `UPDATE_GOLDEN=1` keeps the new one. */
export async function expectGolden(name: string, png: Uint8Array): Promise<void> {
  const path = join(import.meta.dir, 'golden', `${name}.png`)
  if (process.env.UPDATE_GOLDEN) await writeFile(path, png)
  if (!existsSync(path))
    throw new Error(`${path} is missing: look at the plot, then run with UPDATE_GOLDEN=1`)
  const [drawn, kept] = await Promise.all([pixelsOf(png), readFile(path).then(pixelsOf)])
  expect([drawn.width, drawn.height]).toEqual([kept.width, kept.height])
  let sum = 0
  let changed = 0
  for (let at = 0; at < kept.data.length; at += 4) {
    let most = 0
    for (let channel = 0; channel < 3; channel++) {
      const difference = Math.abs((drawn.data[at + channel] ?? 0) - (kept.data[at + channel] ?? 0))
      sum += difference
      most = Math.max(most, difference)
    }
    if (most > 48) changed += 1
  }
  const pixels = kept.width * kept.height
  expect(sum / (3 * pixels)).toBeLessThan(MEAN_TOLERANCE)
  expect(changed / pixels).toBeLessThan(CHANGED_TOLERANCE)
}
