import { describe, expect, test } from 'bun:test'
import { compareRuns, differenceText } from '../../ts/compare/compare-runs.ts'
import { comparisonPage } from '../../ts/compare/comparison-page.ts'
import { comparisonTable } from '../../ts/compare/comparison-table.ts'
import { differingKeys } from '../../ts/compare/differing-keys.ts'
import { mcnemar } from '../../ts/compare/mcnemar.ts'
import { evaluationOf, runFacts } from '../report/report-inputs.ts'

// Python, in whole numbers: min(1, 2 * sum(comb(n, k) for k in range(m + 1)) / 2**n) with n = b + c, m = min(b, c).
test.each([
  [0, 0, 1],
  [5, 2, 0.453125],
  [10, 0, 0.001953125],
  [0, 1, 1],
  [30, 12, 0.007915897335],
  [3000, 2700, 7.457315554e-5],
])('McNemar of %p and %p is %p', (first, second, p) => {
  expect(mcnemar(first, second)).toBeCloseTo(p, 8)
  expect(mcnemar(second, first)).toBeCloseTo(p, 8)
})

test('differing keys, by name', () => {
  const one = { a: { b: 1, same: [1, 2] }, kind: 'x' }
  const two = { a: { b: 2, same: [1, 2], more: null }, kind: 'x' }
  expect(differingKeys([one, two])).toEqual([
    { key: 'a.b', values: [1, 2] },
    { key: 'a.more', values: [undefined, null] },
  ])
  expect(differingKeys([one, one, one])).toEqual([])
})

const names = ['a', 'b']
const run = (name: string, predicted: readonly number[], changes: object = {}) =>
  runFacts(names, {
    name,
    evaluations: [
      evaluationOf(names, {
        samples: { paths: ['1', '2', '2', '3'], labels: [0, 1, 1, 0], predicted: [...predicted] },
        ...changes,
      }),
    ],
  })

describe('two runs', () => {
  test('are compared image by image against the first, rows of one image in turn', () => {
    const { runs } = compareRuns([run('first', [0, 1, 0, 1]), run('second', [0, 0, 1, 0])], 'val')
    expect(runs[0]?.against).toBeUndefined()
    expect(runs[1]?.against).toEqual({ sharedImages: 4, won: 2, lost: 1, pValue: 1 })
  })

  test('may number their classes differently and share only some images', () => {
    const second = run('second', [1, 0, 0, 1], {
      classes: ['b', 'a'],
      samples: { paths: ['1', '9'], labels: [1, 0], predicted: [0, 0] },
    })
    expect(compareRuns([run('first', [0, 1, 1, 0]), second], 'val').runs[1]?.against).toEqual({
      sharedImages: 1,
      won: 0,
      lost: 1,
      pValue: 1,
    })
  })

  test('a split that nobody scored and other data are said', () => {
    const other = run('second', [0, 1, 1, 0])
    const changed = { ...other, plan: { ...other.plan, data: { ...other.plan.data, fingerprint: 'ff' } } }
    const comparison = compareRuns([run('first', [0, 1, 1, 0]), changed], 'test')
    expect(comparison.cautions).toEqual([
      'the runs saw different data: only shared images are compared',
      'first was not evaluated on test',
      'second was not evaluated on test',
    ])
    expect(comparisonTable(comparison)).toContain('caution: first was not evaluated on test')
    expect(comparisonPage(comparison)).toContain('first was not evaluated on test')
  })
})

test('a difference in words', () => {
  expect(differenceText({ sharedImages: 600, won: 5, lost: 2, pValue: 0.453125 })).toBe(
    '+3 images of 600 (5 won, 2 lost), p = 0.45',
  )
  expect(differenceText({ sharedImages: 9, won: 0, lost: 1, pValue: 1 })).toBe(
    '−1 image of 9 (0 won, 1 lost), p = 1.00',
  )
  expect(differenceText({ sharedImages: 9, won: 1, lost: 1, pValue: 0.0001 })).toContain('p < 0.001')
})

test('table and page hold metrics, intervals and differing keys; hostile names are text', () => {
  const hostile = run('<script>\u001b[31m', [0, 1, 1, 0])
  const plan = { ...hostile.plan, plan: { ...hostile.plan.plan, seed: 7 } }
  const comparison = compareRuns([run('first', [0, 1, 0, 1]), { ...hostile, plan }], 'val')
  const table = comparisonTable(comparison)
  expect(table).toContain('70.00 %')
  expect(table).toContain('50.00 % – 90.00 %')
  expect(table).toMatch(/seed\s+│ 42\s+│ 7/)
  expect(table).not.toContain('\u001b')
  const page = comparisonPage(comparison)
  expect(page).toContain('&lt;script&gt;')
  expect(page.match(/<script>/g)).toHaveLength(1)
})
