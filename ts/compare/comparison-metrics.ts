import { lossText, percentText } from '../plot/number-text.ts'

/** A metric of a comparison. */
export interface ComparedMetric {
  readonly name: string
  readonly title: string
  readonly format: (value: number) => string
  readonly better: 'min' | 'max'
}

const share = (value: number): string => percentText(value, 2)

/** What a comparison shows of each run, in order. */
export const comparedMetrics: readonly ComparedMetric[] = [
  { name: 'acc_top1', title: 'top-1', format: share, better: 'max' },
  { name: 'acc_top5', title: 'top-5', format: share, better: 'max' },
  { name: 'f1_macro', title: 'macro F1', format: share, better: 'max' },
  { name: 'nll', title: 'log loss', format: lossText, better: 'min' },
  { name: 'ece', title: 'calibration error', format: share, better: 'min' },
]

/** A value of a plan on one line. */
export function valueText(value: unknown): string {
  if (value === undefined) return '–'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
