import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Machine } from '../native/machine.ts'
import { type Ask, ask } from '../setup/python.ts'
import { type FileCoverage, parseLcov } from './lcov.ts'

/** LLVM's own tools of the pinned compiler, which alone read its profiles. */
export interface CoverageTools {
  readonly profdata: string
  readonly cov: string
}

/** The tools, installed by rustup if they are not there; undefined where that cannot be. */
export function coverageTools(packageRoot: string, query: Ask = ask): CoverageTools | undefined {
  const inFolder = (command: string): string | undefined =>
    query(['sh', '-c', `cd "$0" && ${command}`, packageRoot])
  const find = (): CoverageTools | undefined => {
    const sysroot = inFolder('rustc --print sysroot')
    const host = /host: (\S+)/.exec(inFolder('rustc -vV') ?? '')?.[1]
    if (sysroot === undefined || host === undefined) return undefined
    const bin = join(sysroot, 'lib/rustlib', host, 'bin')
    const tools = { profdata: join(bin, 'llvm-profdata'), cov: join(bin, 'llvm-cov') }
    return existsSync(tools.profdata) && existsSync(tools.cov) ? tools : undefined
  }
  return find() ?? (inFolder('rustup component add llvm-tools') === undefined ? undefined : find())
}

/** Folder of the raw profiles of one test run. */
export function profileFolder(machine: Machine): string {
  return join(machine.cache, 'coverage')
}

/** What cargo needs in its environment so that our crates count their lines. Empties the folder of profiles. */
export function coverageEnvironment(machine: Machine): Record<string, string> {
  const folder = profileFolder(machine)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return {
    RUSTC_WORKSPACE_WRAPPER: join(machine.packageRoot, 'scripts/instrumented-rustc.sh'),
    LLVM_PROFILE_FILE: join(folder, '%p-%m.profraw'),
  }
}

/** The test programs that `cargo test` says it ran, `Running unittests src/lib.rs (PATH)`. */
export function testPrograms(output: string): string[] {
  return [...output.matchAll(/^\s*Running .*\((.+)\)$/gm)].map(([, path = '']) => path)
}

/** Merges the profiles and reads the coverage of our crates; also written as lcov to `coverage/rust.lcov`. */
export function rustCoverage(machine: Machine, tools: CoverageTools, cargoOutput: string): FileCoverage[] {
  const folder = profileFolder(machine)
  const profiles = readdirSync(folder).filter((name) => name.endsWith('.profraw'))
  const programs = testPrograms(cargoOutput)
  if (profiles.length === 0 || programs.length === 0) return []
  const list = join(folder, 'profiles')
  const merged = join(folder, 'merged.profdata')
  writeFileSync(list, profiles.map((name) => join(folder, name)).join('\n'))
  run(machine, [tools.profdata, 'merge', '--sparse', `--input-files=${list}`, `--output=${merged}`])
  const [first = '', ...others] = programs
  const text = run(machine, [
    ...[tools.cov, 'export', '--format=lcov', `--instr-profile=${merged}`],
    ...[first, ...others.flatMap((program) => ['--object', program])],
    ...['--ignore-filename-regex', '/(registry|rustc|rustlib|tests|target|build)/'],
  ])
  mkdirSync(join(machine.packageRoot, 'coverage'), { recursive: true })
  writeFileSync(join(machine.packageRoot, 'coverage/rust.lcov'), text)
  rmSync(folder, { recursive: true })
  return parseLcov(text).map((one) => ({ ...one, file: relative(machine.packageRoot, one.file) }))
}

function run(machine: Machine, command: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd: machine.packageRoot })
  if (exitCode !== 0) throw new Error(`${command.slice(0, 2).join(' ')} failed: ${stderr}`)
  return stdout.toString()
}
