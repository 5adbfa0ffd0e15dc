import { describe, expect, test } from 'bun:test'
import { Halving } from '../../ts/sweep/halving.ts'

describe('asynchronous successive halving', () => {
  test('the first at a rung goes on, and of each three the best', () => {
    const halving = new Halving({ minEpochs: 1, factor: 3, mode: 'max' })
    expect(halving.report(0, 1, 0.5)).toBeUndefined()
    expect(halving.report(1, 1, 0.4)).toEqual({ epoch: 1, place: 2, of: 2 })
    expect(halving.report(2, 1, 0.6)).toBeUndefined()
    expect(halving.report(3, 1, 0.55)).toEqual({ epoch: 1, place: 2, of: 4 })
    halving.report(4, 1, 0.1)
    // Six trials: the best two go on.
    expect(halving.report(5, 1, 0.58)).toBeUndefined()
  })

  test('rungs lie at min, min·factor, …; between them nothing is judged', () => {
    const halving = new Halving({ minEpochs: 2, factor: 3, mode: 'min' })
    for (const epoch of [2, 6, 18]) halving.report(0, epoch, 1)
    for (const epoch of [1, 3, 4, 5, 7, 17, 19]) expect(halving.report(1, epoch, 99)).toBeUndefined()
    expect(halving.report(2, 6, 2)).toEqual({ epoch: 6, place: 2, of: 2 })
    expect(halving.report(3, 6, 0.5)).toBeUndefined()
  })

  test('a rung is judged once for each trial', () => {
    const halving = new Halving({ minEpochs: 1, factor: 2, mode: 'max' })
    halving.report(0, 1, 0.1)
    halving.report(1, 1, 0.2)
    halving.report(2, 1, 0.3)
    expect(halving.report(0, 1, 0.1)).toBeUndefined()
  })

  test('a score that is no number loses', () => {
    const halving = new Halving({ minEpochs: 1, factor: 2, mode: 'min' })
    halving.report(0, 1, 5)
    expect(halving.report(1, 1, Number.NaN)).toMatchObject({ place: 2 })
  })
})
