import { expect, test } from 'bun:test'
import type { DatasetSummary } from '../../ts/native/spec.d.ts'
import { datasetFindings } from '../../ts/verbs/dataset-findings.ts'
import type { ExaminedSample } from '../../ts/verbs/doctor.ts'

const sample = (path: string, label: string, content: number, fault?: string): ExaminedSample => ({
  split: path.startsWith('train') ? 'train' : 'val',
  path,
  label,
  content: BigInt(content),
  size: fault === undefined ? [4, 4] : undefined,
  fault,
})

const split = (name: 'train' | 'val' | 'test', per_class: number[]): DatasetSummary['splits'][number] => ({
  split: name,
  folder: name,
  samples: 0,
  images: 0,
  per_class,
  empty_labels: 0,
  unknown_labels: 0,
  unknown: [],
  duplicates: 0,
})

const summary = (splits: DatasetSummary['splits'], more: Partial<DatasetSummary> = {}): DatasetSummary => ({
  root: '/data',
  format: 'imagefolder',
  classes: ['Dog', 'cat', 'dog '],
  splits,
  fingerprint: '',
  warnings: [],
  ...more,
})

const all = [split('train', [100, 100, 100]), split('val', [1, 1, 1]), split('test', [1, 1, 1])]

test('a data set without faults has no findings', () => {
  const samples = [sample('train/a.jpg', 'cat', 1), sample('val/a.jpg', 'cat', 2)]
  expect(datasetFindings(summary(all, { classes: ['cat', 'dog', 'emu'] }), samples)).toEqual([])
})

test('files that cannot be read are errors and come first', () => {
  const samples = [sample('val/a.jpg', 'cat', 1, 'the file is empty')]
  const found = datasetFindings(summary(all, { warnings: ['train: something'] }), samples)
  expect(found[0]).toMatchObject({ severity: 'error', kind: 'unreadable', count: 1 })
  expect(found[0]?.examples).toEqual(['val/a.jpg: the file is empty'])
  expect(found.map(({ message }) => message)).toContain('train: something')
})

test('copies: across splits, under two labels, within a split', () => {
  const samples = [
    sample('train/leak.jpg', 'cat', 1),
    sample('val/leak.jpg', 'cat', 1),
    sample('train/two.jpg', 'cat', 2),
    sample('train/two.jpg', 'Dog', 2),
    sample('train/b.jpg', 'cat', 3),
    sample('train/c.jpg', 'cat', 3),
  ]
  const found = datasetFindings(summary(all, { classes: ['Dog', 'cat', 'emu'] }), samples)
  expect(found.map(({ kind, examples }) => [kind, ...examples])).toEqual([
    ['leak', 'train/leak.jpg = val/leak.jpg'],
    ['contradiction', 'train/two.jpg: cat, Dog'],
    ['duplicate', 'train/b.jpg = train/c.jpg'],
  ])
})

test('classes: absent, rare, out of balance, spelt alike; splits that are not there', () => {
  const found = datasetFindings(summary([split('train', [100, 4, 100]), split('test', [1, 0, 1])]), [])
  expect(found.map(({ severity, kind, examples }) => [severity, kind, ...examples])).toEqual([
    ['error', 'no_split'],
    ['warning', 'absent_class', 'cat (0)'],
    ['warning', 'rare_class', 'cat (4)'],
    ['warning', 'imbalance', '100 : 4'],
    ['warning', 'similar_names', 'Dog = dog '],
  ])
})
