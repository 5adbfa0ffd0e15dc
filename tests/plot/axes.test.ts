import { describe, expect, test } from 'bun:test'
import { blueRamp, css, heatRamp, luminance, rustRamp } from '../../ts/plot/color-ramp.ts'
import { linearScale, logScale } from '../../ts/plot/scale.ts'
import { logTicks, niceTicks, wholeTicks } from '../../ts/plot/ticks.ts'

describe('ticks', () => {
  test.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 97, 4, [0, 25, 50, 75]],
    [-3, 3, 3, [-2, 0, 2]],
    [2.1, 2.4, 3, [2.1, 2.2, 2.3, 2.4]],
    [5, 5, 4, [5]],
  ])('from %p to %p', (low, high, count, ticks) => {
    expect(niceTicks(low, high, count)).toEqual(ticks)
  })

  test('epochs are whole', () => {
    expect(wholeTicks(0, 3, 8)).toEqual([0, 1, 2, 3])
    expect(wholeTicks(0, 299, 6)).toEqual([0, 50, 100, 150, 200, 250])
    expect(wholeTicks(4, 4, 6)).toEqual([4])
  })

  test('logarithmic ones are powers of ten, with some between where there are few', () => {
    expect(logTicks(1, 100)).toEqual([1, 3, 10, 30, 100])
    expect(logTicks(0.001, 1000)).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1000])
    expect(logTicks(1, 9)).toEqual([1, 2, 5])
  })
})

describe('scales', () => {
  test('a scale turns upside down and starts at a bound that is near', () => {
    const scale = linearScale([0.1, 1], 100, 0, 5, { low: 0, high: 1, nearLow: 0.5 })
    expect(scale.place(0)).toBe(100)
    expect(scale.place(1)).toBe(0)
    expect(linearScale([0.9, 1], 100, 0, 5, { low: 0, high: 1, nearLow: 0.5 }).place(0.9)).toBeLessThan(100)
  })

  test('one value, and none, can be placed', () => {
    expect(linearScale([3], 100, 0, 5).place(3)).toBeCloseTo(50)
    expect(Number.isFinite(linearScale([Number.NaN], 100, 0, 5).place(0.5))).toBe(true)
    expect(Number.isFinite(logScale([2], 100, 0).place(2))).toBe(true)
  })

  test('equal ratios are equal distances on a logarithmic scale', () => {
    const { place } = logScale([1, 10, 100], 0, 300)
    expect(place(100) - place(10)).toBeCloseTo(place(10) - place(1))
  })
})

describe('colour ramps', () => {
  test.each([
    ['blue', blueRamp],
    ['rust', rustRamp],
  ] as const)('%s falls in lightness all the way', (_, ramp) => {
    const light = Array.from({ length: 21 }, (_, step) => luminance(ramp(step / 20)))
    for (let step = 1; step < light.length; step++) expect(light[step]).toBeLessThan(light[step - 1] ?? 0)
  })

  test('heat rises in lightness all the way', () => {
    const light = Array.from({ length: 21 }, (_, step) => luminance(heatRamp(step / 20)))
    for (let step = 1; step < light.length; step++) expect(light[step]).toBeGreaterThan(light[step - 1] ?? 1)
  })

  test('what lies outside takes the ends', () => {
    expect(css(blueRamp(-1))).toBe(css(blueRamp(0)))
    expect(css(blueRamp(2))).toBe(css(blueRamp(1)))
  })
})
