import { describe, expect, test } from 'bun:test'
import { parseOverrides } from '../../ts/config/overrides/parser.ts'
import { randomTrials } from '../../ts/sweep/random-sweeper.ts'
import { describeSpace, type SearchSpace, searchSpace, valueAt } from '../../ts/sweep/search-space.ts'

const groupOptions = (): string[] => ['resnet18', 'resnet34', 'resnet50']
const space = (...words: string[]): SearchSpace => searchSpace(parseOverrides(words), groupOptions)

describe('the space of a sweep', () => {
  test('holds what is fixed and what is to be chosen', () => {
    const found = space(
      'seed=3',
      'lr=tag(log,interval(1e-4,1e-2))',
      'size=int(interval(2,4))',
      'model=glob(resnet*)',
      'x=range(1,4)',
      '+extra=a,b',
    )
    expect(found.fixed).toEqual(['seed=3'])
    expect(found.dimensions).toEqual([
      { key: 'lr', kind: 'float', low: 1e-4, high: 1e-2, log: true },
      { key: 'size', kind: 'int', low: 2, high: 4, log: false },
      { key: 'model', kind: 'choice', texts: ['resnet18', 'resnet34', 'resnet50'] },
      { key: 'x', kind: 'choice', texts: ['1', '2', '3'] },
      { key: '+extra', kind: 'choice', texts: ['a', 'b'] },
    ])
    expect(describeSpace(found)).toContain('lr: float from 0.0001 to 0.01, logarithmic')
  })

  test('the last word for a key counts', () => {
    expect(space('a=1', 'a=1,2').fixed).toEqual([])
    expect(space('b=1,2', 'a=1,2', 'a=7').fixed).toEqual(['a=7'])
  })

  test.each([
    [['a=1'], 'nothing to choose'],
    [['a=interval(2,1)'], 'is empty'],
    [['a=tag(log,interval(0,1))'], 'begins above 0'],
  ])('%j is refused', (words, reason) => {
    expect(() => space(...words)).toThrow(reason)
  })

  test('shares map to both ends and to equal parts', () => {
    const whole = { key: 'n', kind: 'int', low: 1, high: 3, log: false } as const
    expect([0, 0.34, 0.67, 0.9999].map((share) => valueAt(whole, share))).toEqual(['1', '2', '3', '3'])
    const logarithmic = { key: 'lr', kind: 'float', low: 1e-4, high: 1e-2, log: true } as const
    expect([0, 0.5].map((share) => valueAt(logarithmic, share))).toEqual(['0.0001', '0.001'])
    expect(valueAt({ key: 'w', kind: 'float', low: 0, high: 2, log: false }, 0.5)).toBe('1.0')
  })
})

describe('random trials', () => {
  const wide = space('seed=1', 'lr=tag(log,interval(1e-4,1e-2))', 'model=a,b')

  test('are the same for a seed, and more of them begin with the same', () => {
    const some = randomTrials(wide, 5, 7)
    expect(randomTrials(wide, 9, 7).slice(0, 5)).toEqual(some)
    expect(randomTrials(wide, 5, 8)).not.toEqual(some)
    for (const [seed, lr, model] of some) {
      expect(seed).toBe('seed=1')
      expect(Number(lr?.split('=')[1])).toBeWithin(1e-4, 1e-2)
      expect(model).toMatch(/^model=[ab]$/)
    }
  })

  test('differ from each other, and end where the space does', () => {
    const trials = randomTrials(space('a=1,2,3', 'b=int(interval(0,1))'), 50, 0).map((words) =>
      words.join(' '),
    )
    expect(trials.length).toBe(6)
    expect(new Set(trials).size).toBe(6)
  })

  test('fill a logarithmic interval evenly', () => {
    const exponents = randomTrials(space('lr=tag(log,interval(1e-6,1))'), 600, 3).map(([word = '']) =>
      Math.floor(Math.log10(Number(word.split('=')[1]))),
    )
    // 600 draws in 6 decades: 100 ± 5 standard deviations of 9.1.
    for (let decade = -6; decade < 0; decade++)
      expect(exponents.filter((exponent) => exponent === decade).length).toBeWithin(54, 147)
  })
})
