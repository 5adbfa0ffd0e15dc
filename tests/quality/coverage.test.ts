import { describe, expect, test } from 'bun:test'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { coverageFloors, coverageReport } from '../../ts/quality/coverage-report.ts'
import { byFolder, parseLcov, percent } from '../../ts/quality/lcov.ts'
import {
  coverageEnvironment,
  coverageTools,
  rustCoverage,
  testPrograms,
} from '../../ts/quality/rust-coverage.ts'
import { put, scratchFolder, scratchMachine } from '../setup/scratch.ts'

const lcov = `TN:
SF:ts/a/one.ts
DA:1,3
DA:2,0
DA:2,1
end_of_record
SF:ts/a/two.ts
DA:1,0
DA:5,0
end_of_record
SF:ts/b/three.ts
DA:9,1
end_of_record
`

describe('coverage', () => {
  const files = parseLcov(lcov)

  test('reads lcov; a line counts once however often it is listed', () => {
    expect(files).toEqual([
      { file: 'ts/a/one.ts', found: 2, hit: 2 },
      { file: 'ts/a/two.ts', found: 2, hit: 0 },
      { file: 'ts/b/three.ts', found: 1, hit: 1 },
    ])
    expect(byFolder(files, 2)).toEqual([
      { file: 'ts/a', found: 4, hit: 2 },
      { file: 'ts/b', found: 1, hit: 1 },
    ])
    expect(percent(files)).toBe(60)
    expect(percent([])).toBe(100)
  })

  test('one report of both sides, which fails below a floor and names what no test loads', () => {
    const good = { file: 'crates/spec/src/lib.rs', found: 100, hit: 100 }
    const { text, failures } = coverageReport({ typescript: files, rust: [good], unloaded: ['ts/c.ts'] })
    expect(text).toMatch(/ts\/a +│ +4 │ +50\.0/)
    expect(text).toMatch(/TypeScript +│ +5 │ +60\.0/)
    expect(text).toMatch(/Rust +│ 100 │ 100\.0/)
    expect(text).toContain('never imported by a test: ts/c.ts')
    expect(failures).toEqual([
      `typescript: 60.0 % of lines are covered, ${coverageFloors.typescript} % are asked for`,
    ])
    expect(coverageReport({ typescript: [], rust: [good], unloaded: [] }).failures).toEqual([])
  })

  test('finds the programs that cargo ran', () => {
    const output = `
     Running unittests src/lib.rs (/t/debug/deps/classifier_data-1)
     Running tests/parity.rs (/t/debug/deps/parity-2)
   Doc-tests classifier_data
`
    expect(testPrograms(output)).toEqual(['/t/debug/deps/classifier_data-1', '/t/debug/deps/parity-2'])
  })

  test('counts the lines of a real crate', async () => {
    const tools = coverageTools(join(import.meta.dir, '../..'))
    if (!tools) return console.warn('skipped: the Rust component llvm-tools is not to be had here')
    const machine = scratchMachine()
    const { packageRoot } = machine
    put(join(packageRoot, 'Cargo.toml'), '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n')
    put(
      join(packageRoot, 'src/lib.rs'),
      'pub fn sign(x: i32) -> i32 {\n    if x < 0 {\n        return -1;\n    }\n    1\n}\n#[test]\nfn positive() {\n    assert_eq!(sign(2), 1);\n}\n',
    )
    const wrapper = put(
      join(packageRoot, 'scripts/instrumented-rustc.sh'),
      await Bun.file(join(import.meta.dir, '../../scripts/instrumented-rustc.sh')).text(),
    )
    chmodSync(wrapper, 0o755)
    const env = { ...process.env, ...coverageEnvironment(machine), CARGO_TARGET_DIR: scratchFolder() }
    const { stdout, stderr, exitCode } = Bun.spawnSync(['cargo', 'test', '--lib'], { cwd: packageRoot, env })
    expect(exitCode).toBe(0)
    const [file] = rustCoverage(machine, tools, `${stdout}\n${stderr}`)
    expect(file?.file).toBe('src/lib.rs')
    expect(file?.found).toBeGreaterThan(file?.hit ?? 0)
    expect(file?.hit).toBeGreaterThan(4)
  }, 60_000)
})
