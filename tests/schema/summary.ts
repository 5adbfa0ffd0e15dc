import type { DatasetSummary, Split, SplitSummary } from '../../ts/native/spec.d.ts'

/** A scan's answer with the given images per class. */
export function summaryOf(
  classes: readonly string[],
  perClass: Partial<Record<Split, readonly number[]>>,
): DatasetSummary {
  return {
    root: '/data',
    format: 'jsonl',
    classes: [...classes],
    fingerprint: 'f',
    warnings: [],
    splits: Object.entries(perClass).map(([split, counts]) => splitOf(split as Split, counts)),
  }
}

function splitOf(split: Split, counts: readonly number[]): SplitSummary {
  const samples = counts.reduce((sum, count) => sum + count, 0)
  return {
    split,
    folder: split === 'val' ? 'valid' : split,
    samples,
    images: samples,
    per_class: [...counts],
    empty_labels: 0,
    unknown_labels: 0,
    unknown: [],
    duplicates: 0,
  }
}

/** 43 jersey numbers, as many images as the real data set has. */
export const jerseys = summaryOf(
  Array.from({ length: 43 }, (_, index) => String(index)),
  { train: [...Array(42).fill(201), 231], val: [...Array(42).fill(8), 28], test: Array(43).fill(8) },
)
