import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { thisMachine } from '../native/machine.ts'
import { bunTestStep, rustTestStep } from '../quality/checks.ts'
import { coverageReport } from '../quality/coverage-report.ts'
import { type FileCoverage, parseLcov } from '../quality/lcov.ts'
import { coverageTools, rustCoverage } from '../quality/rust-coverage.ts'
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

/** Runs what is asked for and prints coverage and the summary, which is the last line of stdout. */
export async function runTests(options: {
  readonly rust: boolean
  readonly typescript: boolean
  readonly filters: readonly string[]
}): Promise<number> {
  const machine = thisMachine()
  const { packageRoot } = machine
  let counts = { passed: 0, failed: 0, skipped: 0 }
  let failed = false
  let rust: readonly FileCoverage[] = []
  let typescript: readonly FileCoverage[] = []
  const add = (output: string, exitCode: number, read: typeof bunCounts): void => {
    counts = addCounts(counts, withExit(read(output), exitCode))
    failed ||= exitCode !== 0
  }
  if (options.rust) {
    const tools = coverageTools(packageRoot)
    if (!tools)
      process.stderr.write('Rust lines are not counted: rustup could not bring the component llvm-tools\n')
    const { output, exitCode } = await runStep(await rustTestStep(tools !== undefined), packageRoot, true)
    add(output, exitCode, cargoCounts)
    if (tools) rust = rustCoverage(machine, tools, output)
  }
  if (options.typescript) {
    await ensureNative()
    const { output, exitCode } = await runStep(bunTestStep(options.filters), packageRoot, true)
    add(output, exitCode, bunCounts)
    if (options.filters.length === 0) typescript = readTypescriptCoverage(packageRoot)
  }
  if (rust.length + typescript.length > 0) {
    const unloaded = typescript.length > 0 ? unloadedFiles(packageRoot, typescript) : []
    const { text, failures } = coverageReport({ typescript, rust, unloaded })
    process.stdout.write(`\n${text}`)
    for (const failure of failures) process.stdout.write(`coverage too low: ${failure}\n`)
    failed ||= failures.length > 0
  }
  process.stdout.write(`\n${summaryLine(counts)}\n`)
  return failed ? 1 : 0
}

function readTypescriptCoverage(packageRoot: string): FileCoverage[] {
  const file = join(packageRoot, 'coverage/lcov.info')
  if (!existsSync(file)) return []
  return parseLcov(readFileSync(file, 'utf8')).filter((one) => one.file.startsWith('ts/'))
}

/** Source files with code in them that no test loaded. */
function unloadedFiles(packageRoot: string, covered: readonly FileCoverage[]): string[] {
  const loaded = new Set(covered.map(({ file }) => file))
  return [...new Bun.Glob('ts/**/*.ts').scanSync(packageRoot)]
    .filter((file) => !loaded.has(file) && !file.endsWith('.d.ts'))
    .filter((file) => hasCode(readFileSync(join(packageRoot, file), 'utf8')))
    .sort()
}

/** Whether anything is left when types are gone. */
function hasCode(source: string): boolean {
  return (
    new Bun.Transpiler({ loader: 'ts' })
      .transformSync(source)
      .replace(/export \{[^}]*\};?|import .*;/g, '')
      .trim() !== ''
  )
}
