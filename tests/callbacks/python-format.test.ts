import { describe, expect, test } from 'bun:test'
import { pythonFormat } from '../../ts/callbacks/python-format.ts'

// Each right side is what CPython 3.11 prints for format(value, spec).
const cases: readonly [number, string, string][] = [
  [7, '02d', '07'],
  [7, 'd', '7'],
  [123, '02d', '123'],
  [-7, '04d', '-007'],
  [0.93456, '.4f', '0.9346'],
  [0.93456, '.2%', '93.46%'],
  [0.5, '', '0.5'],
  [12, '', '12'],
  [0.000123456, '.3g', '0.000123'],
  [0.0000123456, '.3g', '1.23e-05'],
  [123456789, '.4g', '1.235e+08'],
  [100, '.3g', '100'],
  [1500, 'e', '1.500000e+03'],
  [2.34567, '8.2f', '    2.35'],
  [2.34567, '<8.2f', '2.35    '],
  [2.34567, '^8.2f', '  2.35  '],
  [2.34567, '*>8.2f', '****2.35'],
  [2.34567, '+.1f', '+2.3'],
  [2.34567, '08.2f', '00002.35'],
]

describe('pythonFormat', () => {
  test.each(cases)('format(%p, %p) is %p', (value, spec, text) => {
    expect(pythonFormat(value, spec)).toBe(text)
  })

  test('a specification for text is refused', () => {
    expect(pythonFormat(1, 's')).toBeUndefined()
    expect(pythonFormat(1, '4x')).toBeUndefined()
  })
})
