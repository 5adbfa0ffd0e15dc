import { writeFile } from 'node:fs/promises'
import * as v from 'valibot'
import { compareRuns } from '../compare/compare-runs.ts'
import { comparisonPage } from '../compare/comparison-page.ts'
import { comparisonTable } from '../compare/comparison-table.ts'
import { ConfigError } from '../errors/index.ts'
import { readRun } from '../report/read-run.ts'
import { readWords } from './words.ts'

const help = `usage: classifier-training compare RUN RUN… [split=val] [output=FILE.html] [--json]

Compares runs that wrote a report (callback run_report): metrics with intervals, a paired test on the images that both scored,
and the keys in which their plans differ. The first run is the one that the others are held against.
`

const comparedSplit = v.picklist(['val', 'test'], 'must be val or test')

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { options, bare, flags } = readWords(argv, {
    command: 'compare',
    entries: { split: v.optional(comparedSplit, 'val'), output: v.optional(v.string()) },
    flags: ['--json'],
    bare: true,
  })
  if (bare.length < 2)
    throw new ConfigError({
      message: 'compare needs two runs or more',
      hint: 'see `classifier-training compare --help`',
    })
  const comparison = compareRuns(await Promise.all(bare.map(readRun)), options.split)
  if (options.output !== undefined) await writeFile(options.output, comparisonPage(comparison))
  process.stdout.write(
    flags.has('--json') ? `${JSON.stringify(comparison)}\n` : `${comparisonTable(comparison)}\n`,
  )
  return 0
}
