import Table from 'cli-table3'
import { plainName } from '../plot/plain-name.ts'
import { type Comparison, differenceText } from './compare-runs.ts'
import { comparedMetrics, valueText } from './comparison-metrics.ts'

/** A comparison for the terminal, without colour codes: metrics, differences to the first run, differing keys. */
export function comparisonTable({ split, runs, differences, cautions }: Comparison): string {
  const names = runs.map(({ name }) => plainName(name))
  const metrics = plain([split, ...names])
  for (const { name, title, format } of comparedMetrics) {
    const cells = runs.map(({ evaluation }) => {
      const value = evaluation?.metrics[name]
      const interval = evaluation?.intervals[name]
      if (value === undefined) return '–'
      return interval === undefined
        ? format(value)
        : `${format(value)}\n${format(interval[0])} – ${format(interval[1])}`
    })
    metrics.push([title, ...cells])
  }
  metrics.push(['epoch', ...runs.map(({ evaluation }) => evaluation?.epoch ?? '–')])
  metrics.push(['images', ...runs.map(({ evaluation }) => evaluation?.images ?? '–')])
  const against = runs.flatMap(({ name, against: difference }) =>
    difference === undefined ? [] : [`${plainName(name)} against ${names[0]}: ${differenceText(difference)}`],
  )
  const keys = plain(['key', ...names])
  for (const { key, values } of differences)
    keys.push([key, ...values.map((value) => plainName(valueText(value)))])
  const plans = differences.length === 0 ? 'The plans are the same.' : keys.toString()
  return [metrics.toString(), ...against, ...cautions.map((line) => `caution: ${line}`), plans].join('\n')
}

function plain(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } })
}
