import { ConfigError } from '../errors/index.ts'
import { thisMachine } from '../native/machine.ts'
import { bunTestStep, rustTestStep } from '../quality/checks.ts'
import { runStep } from '../quality/step.ts'
import { addCounts, bunCounts, cargoCounts, summaryLine, withExit } from '../quality/test-counts.ts'
import { ensureNative } from '../setup/index.ts'

const help = `usage: classifier-training test [--rust | --typescript] [FILTER…]

Runs the tests of both sides of a checkout. FILTER goes to \`bun test\`, which then runs alone and without coverage.
The last line is \`N passed, N failed\`, followed by \`, N skipped\` where some were.
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(help)
    return 0
  }
  const unknown = argv.find((word) => word.startsWith('-') && word !== '--rust' && word !== '--typescript')
  if (unknown !== undefined)
    throw new ConfigError({
      message: `test has no option ${unknown}`,
      hint: 'see `classifier-training test --help`',
    })
  const filters = argv.filter((word) => !word.startsWith('-'))
  const rust = filters.length === 0 && !argv.includes('--typescript')
  const typescript = !argv.includes('--rust')
  return runTests({ rust, typescript, filters })
}

/** Runs what is asked for and prints the summary as the last line of stdout. */
export async function runTests(options: {
  readonly rust: boolean
  readonly typescript: boolean
  readonly filters: readonly string[]
}): Promise<number> {
  const { packageRoot } = thisMachine()
  let counts = { passed: 0, failed: 0, skipped: 0 }
  let failed = false
  const add = (output: string, exitCode: number, read: typeof bunCounts): void => {
    counts = addCounts(counts, withExit(read(output), exitCode))
    failed ||= exitCode !== 0
  }
  if (options.rust) {
    const { output, exitCode } = await runStep(await rustTestStep(), packageRoot, true)
    add(output, exitCode, cargoCounts)
  }
  if (options.typescript) {
    await ensureNative()
    const { output, exitCode } = await runStep(bunTestStep(options.filters), packageRoot, true)
    add(output, exitCode, bunCounts)
  }
  process.stdout.write(`\n${summaryLine(counts)}\n`)
  return failed ? 1 : 0
}
