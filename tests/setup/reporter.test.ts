import { expect, test } from 'bun:test'
import { megabytes, renderBar } from '../../ts/setup/reporter.ts'

test('a bar tells label, share, amounts and speed in one line', () => {
  expect(renderBar('torch.whl', 265e6, 530e6, 5000)).toBe(
    'torch.whl ██████████░░░░░░░░░░  50 % 265 MB of 530 MB 53 MB/s',
  )
  expect(renderBar('torch.whl', 0, 530e6, 0)).toBe('torch.whl ░░░░░░░░░░░░░░░░░░░░   0 % 0.0 MB of 530 MB')
  expect(renderBar('torch.whl', 5e6, undefined, 1000)).toBe('torch.whl 5.0 MB 5.0 MB/s')
  expect(renderBar('x', 2e9, 1e9, 1000)).toContain('100 %')
})

test('amounts are decimal', () => {
  expect([1e6, 9.94e6, 10e6, 999e6, 2.24e9].map(megabytes)).toEqual([
    '1.0 MB',
    '9.9 MB',
    '10 MB',
    '999 MB',
    '2.2 GB',
  ])
})
