import { describe, expect, test } from 'bun:test'
import { legible } from '../../ts/plot/legible-text.ts'
import { countText, percentText, shortNumber, tinyCount } from '../../ts/plot/number-text.ts'
import { plainName } from '../../ts/plot/plain-name.ts'
import { fitText, textWidth } from '../../ts/plot/text.ts'

describe('names', () => {
  test.each([
    ['two\nlines\tand more', 'two lines and more'],
    ['\u001b[31mred\u0007', '[31mred'],
    ['left \u202eright', 'left right'],
    ['zero\u200bwidth', 'zerowidth'],
    ['', '(empty name)'],
    [' \u00a0 ', '(empty name)'],
    ['<script>', '<script>'],
  ])('%j is %j on a line', (name, plain) => {
    expect(plainName(name)).toBe(plain)
  })

  test('characters without a glyph are written as numbers, the rest stays', () => {
    expect(legible('Łódź Ελλάδα Москва')).toBe('Łódź Ελλάδα Москва')
    expect(legible('a\u{10fffd}b')).toBe('aU+10FFFD b')
    expect(legible('e\u0301')).toBe('e\u0301')
  })
})

describe('fitText', () => {
  test('leaves what fits', () => {
    expect(fitText('short', 500)).toBe('short')
  })

  test('keeps both ends, so that names with one beginning stay apart', () => {
    const names = ['n01440764 tench of the long name', 'n01440764 tench of the long nose']
    const [first = '', second = ''] = names.map((name) => fitText(name, 90))
    expect(first).not.toBe(second)
    expect(first).toMatch(/^n0.*….*e$/)
    for (const text of [first, second]) expect(textWidth(text)).toBeLessThanOrEqual(90)
  })

  test('does not cut a grapheme', () => {
    const family = '👨‍👩‍👧‍👦'
    const shortened = fitText(family.repeat(12), 60)
    expect(shortened.replaceAll(family, '').replace('…', '')).toBe('')
  })

  test('nothing fits', () => {
    expect(fitText('wide', 0)).toBe('…')
  })
})

test.each([
  [countText(12345), '12,345'],
  [percentText(0), '0 %'],
  [percentText(1), '100 %'],
  [percentText(0.93456), '93.5 %'],
  [shortNumber(0), '0'],
  [shortNumber(5e-4), '5e-4'],
  [shortNumber(0.12345), '0.123'],
  [shortNumber(1234), '1,234'],
  [shortNumber(12_345_678), '1.23e7'],
  [shortNumber(Number.NaN), 'NaN'],
  [shortNumber(Number.NEGATIVE_INFINITY), '−∞'],
  [tinyCount(999), '999'],
  [tinyCount(1234), '1.2k'],
  [tinyCount(12_345), '12k'],
  [tinyCount(1_234_567), '1.2M'],
  [tinyCount(45_000_000), '45M'],
])('%p', (written, expected) => {
  expect(written).toBe(expected)
})
