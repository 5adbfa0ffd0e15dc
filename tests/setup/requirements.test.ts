import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { checkRequirements, type Probe } from '../../ts/setup/requirements.ts'
import { installablePackages, installCommands, missingError } from '../../ts/setup/system-packages.ts'
import { put, scratchMachine } from './scratch.ts'

const everything = { build: true, client: true, bytes: 2e9 }

function probe(answers: { which?: readonly string[]; says?: Record<string, string>; free?: number }): Probe {
  return {
    which: (command) => (answers.which?.includes(command) ? `/bin/${command}` : undefined),
    ask: (command) => answers.says?.[command.join(' ')],
    freeBytes: () => answers.free ?? 1e12,
  }
}
const pip = { 'python3 -m pip --version': 'pip 23' }
const allTools = ['cargo', 'rustup', 'c++', 'cmake', 'make', 'nasm']

describe('what setup needs', () => {
  test('a bare machine learns everything at once, each with its command', () => {
    const machine = scratchMachine()
    put(join(machine.packageRoot, 'rust-toolchain.toml'), '[toolchain]\nchannel = "1.95.0"\n')
    const missing = checkRequirements(machine, everything, probe({ free: 1e9 })).filter((r) => !r.present)
    const error = missingError(missing)
    expect(error.exitCode).toBe(5)
    for (const word of [
      'Rust 1.95.0',
      'C++ compiler',
      'cmake',
      'make',
      'nasm',
      'Python with pip',
      '2.0 GB of disk',
    ])
      expect(error.message).toContain(word)
    for (const command of ['sh.rustup.rs', 'apt-get install -y g++', 'python3-pip', 'XDG_CACHE_HOME'])
      expect(error.message).toContain(command)
    expect(error.message).toContain('1.0 GB free')
  })

  test('a complete machine lacks nothing', () => {
    const found = checkRequirements(scratchMachine(), everything, probe({ which: allTools, says: pip }))
    expect(found.filter((r) => !r.present)).toEqual([])
  })

  test('only what the work needs is asked for', () => {
    expect(checkRequirements(scratchMachine(), { build: false, client: false, bytes: 0 }, probe({}))).toEqual(
      [],
    )
  })

  test('without rustup the compiler itself must be new enough', () => {
    const machine = scratchMachine()
    put(join(machine.packageRoot, 'rust-toolchain.toml'), 'channel = "1.95.0"')
    const rust = (version: string | undefined) => {
      const says: Record<string, string> = version === undefined ? {} : { '/bin/cargo --version': version }
      return checkRequirements(
        machine,
        { ...everything, client: false },
        probe({ which: ['cargo'], says }),
      )[0]
    }
    expect(rust('cargo 1.95.1 (x)')?.present).toBe(true)
    expect(rust('cargo 1.94.0 (x)')).toMatchObject({ present: false, detail: '/bin/cargo is 1.94' })
    expect(rust('cargo 2.0.0 (x)')?.present).toBe(true)
    expect(rust(undefined)).toMatchObject({ present: false, detail: '/bin/cargo does not run' })
  })

  test('a Mac is told its own commands, and needs no assembler', () => {
    const machine = scratchMachine({}, 'darwin', 'arm64')
    const missing = checkRequirements(machine, everything, probe({}))
    expect(missing.map((r) => r.name)).not.toContain('nasm')
    expect(missingError(missing).message).toContain('xcode-select --install')
    expect(missingError(missing).message).not.toContain('apt-get')
  })
})

describe('installing system packages', () => {
  const missing = checkRequirements(
    scratchMachine(),
    everything,
    probe({ which: ['cargo', 'rustup', 'cmake'] }),
  ).filter((r) => !r.present)
  const debian = { root: true, osRelease: 'ID=debian\n', hasAptGet: true }

  test('as root on Debian and its children, in one go', () => {
    const packages = ['g++', 'make', 'nasm', 'python3', 'python3-pip']
    expect(installablePackages(missing, debian)).toEqual(packages)
    const mint = { ...debian, osRelease: 'ID=linuxmint\nID_LIKE="ubuntu debian"\n' }
    expect(installablePackages(missing, mint)).toEqual(packages)
    expect(installCommands(packages)).toEqual([
      ['apt-get', 'update'],
      ['apt-get', 'install', '-y', '--no-install-recommends', ...packages],
    ])
  })

  test('never elsewhere', () => {
    expect(installablePackages(missing, { ...debian, root: false })).toEqual([])
    expect(installablePackages(missing, { ...debian, osRelease: 'ID=fedora\n' })).toEqual([])
    expect(installablePackages(missing, { ...debian, hasAptGet: false })).toEqual([])
  })
})
