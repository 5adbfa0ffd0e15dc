import { describe, expect, test } from 'bun:test'
import { encodePng } from '../../ts/plot/png.ts'
import { pixelsOf } from './png-pixels.ts'

/** Opaque noise; every channel takes every value. */
function noise(width: number, height: number): Uint8ClampedArray {
  let state = 1
  return Uint8ClampedArray.from({ length: 4 * width * height }, (_, index) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return index % 4 === 3 ? 255 : state >>> 24
  })
}

describe('a PNG of ours', () => {
  test.each([
    [1, 1],
    [3, 1],
    [1, 5],
    [257, 130],
  ])('of %i × %i pixels is read as it was', async (width, height) => {
    const pixels = noise(width, height)
    const read = await pixelsOf(await encodePng(width, height, pixels))
    expect([read.width, read.height]).toEqual([width, height])
    expect(Buffer.from(read.data).equals(Buffer.from(pixels))).toBe(true)
  })

  test('has no alpha', async () => {
    const png = await encodePng(1, 1, Uint8ClampedArray.of(10, 20, 30, 0))
    const { data } = await pixelsOf(png)
    expect([...data]).toEqual([10, 20, 30, 255])
    expect(png[25]).toBe(2)
  })
})
