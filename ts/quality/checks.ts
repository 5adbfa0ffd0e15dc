import { thisMachine } from '../native/machine.ts'
import { buildEnvironment } from '../setup/build-addon.ts'
import { ensureLibtorch } from '../setup/index.ts'
import { linterSteps } from './linters.ts'
import { coverageEnvironment } from './rust-coverage.ts'
import type { Step } from './step.ts'

const bun = process.execPath

/** A test that takes longer hangs; a busy machine may stretch an ordinary one far beyond Bun's five seconds. */
const testMilliseconds = 120_000

/** Runs a development tool of node_modules by the Bun that runs us, whether or not one is on the PATH. */
function tool(name: string, ...words: string[]): string[] {
  return [bun, 'x', '--bun', '--no-install', name, ...words]
}

export function typecheckSteps(): Step[] {
  return [{ name: 'types', command: tool('tsc', '--noEmit') }]
}

export function formatSteps(): Step[] {
  return [
    { name: 'TypeScript format', command: tool('biome', 'check', '--write') },
    { name: 'Rust format', command: ['cargo', 'fmt', '--all'] },
  ]
}

/** Format, lint and types of both sides; clippy needs libtorch's headers, which are fetched if they are not there. */
export async function lintSteps(): Promise<Step[]> {
  const machine = thisMachine()
  const env = buildEnvironment(machine, await ensureLibtorch({ headers: true }))
  return [
    { name: 'TypeScript format and lint', command: tool('biome', 'ci', '--error-on-warnings') },
    ...typecheckSteps(),
    { name: 'Rust format', command: ['cargo', 'fmt', '--all', '--check'], env },
    {
      name: 'Rust lint',
      command: [
        'cargo',
        'clippy',
        '--workspace',
        '--lib',
        '--bins',
        '--tests',
        '--examples',
        '--',
        '-D',
        'warnings',
      ],
      env,
    },
    { name: 'secrets', command: [bun, 'scripts/find-secrets.ts', '--tracked'] },
    ...linterSteps(machine),
  ]
}

/** `cargo test`: one OpenMP thread a test, since tests already run side by side on all cores. */
export async function rustTestStep(coverage: boolean): Promise<Step> {
  const machine = thisMachine()
  const env = buildEnvironment(machine, await ensureLibtorch({ headers: true }))
  const counting = coverage ? coverageEnvironment(machine) : {}
  return {
    name: 'Rust tests',
    command: ['cargo', 'test', '--workspace', '--no-fail-fast'],
    env: { OMP_NUM_THREADS: '1', ...env, ...counting },
  }
}

export function bunTestStep(filters: readonly string[]): Step {
  const coverage = filters.length > 0 ? [] : ['--coverage', '--coverage-reporter=lcov']
  return {
    name: 'TypeScript tests',
    command: [bun, 'test', `--timeout=${testMilliseconds}`, ...coverage, ...filters],
  }
}
