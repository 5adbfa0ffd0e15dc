import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Machine } from '../native/machine.ts'
import { freeBytes } from './disk-space.ts'
import { type Ask, ask, findPython } from './python.ts'
import { megabytes } from './reporter.ts'

/** Something that setup needs from the machine. */
export interface Requirement {
  readonly name: string
  readonly why: string
  readonly present: boolean
  /** Where it was found, or what is wrong. */
  readonly detail: string
  /** Debian packages that bring it. */
  readonly debian?: readonly string[]
  /** The command that brings it on this machine. */
  readonly install: string
}

export interface Needs {
  /** The addon must be compiled. */
  readonly build: boolean
  /** Some wheel comes through the package client. */
  readonly client: boolean
  /** Disk space in bytes below the cache folder. */
  readonly bytes: number
}

/** How the machine is questioned; tests answer in its place. */
export interface Probe {
  readonly which: (command: string) => string | undefined
  readonly ask: Ask
  readonly freeBytes: (folder: string) => number
}

export const systemProbe: Probe = {
  which: (command) => Bun.which(command, { PATH: searchPath(process.env) }) ?? undefined,
  ask,
  freeBytes,
}

/** PATH, and the folder where rustup installs even when the shell was not restarted after it. */
export function searchPath(env: Machine['env']): string {
  return `${env.PATH ?? ''}:${join(env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin')}`
}

/** Room for compiling: the C++ of torch-sys and our crates, optimised. */
export const buildBytes = 1.5e9

/** Everything that the coming work needs, present or not, in one list. */
export function checkRequirements(machine: Machine, needs: Needs, probe: Probe = systemProbe): Requirement[] {
  const checks: Requirement[] = []
  if (needs.build) checks.push(...buildTools(machine, probe))
  if (needs.client) checks.push(packageClient(machine, probe))
  if (needs.bytes > 0) checks.push(diskSpace(machine, needs.bytes, probe))
  return checks
}

function buildTools(machine: Machine, probe: Probe): Requirement[] {
  const mac = machine.platform.name === 'darwin-arm64'
  const tool = (
    name: string,
    why: string,
    commands: readonly string[],
    debian: string,
    brew: string,
  ): Requirement => {
    const found = commands.map(probe.which).find((path) => path !== undefined)
    return {
      name,
      why,
      present: found !== undefined,
      detail: found ?? `none of ${commands.join(', ')} on the PATH`,
      ...(mac ? {} : { debian: [debian] }),
      install: mac ? brew : `apt-get install -y ${debian}`,
    }
  }
  const compilers = [machine.env.CXX, 'c++', 'g++', 'clang++'].filter((name) => name !== undefined)
  const tools = [
    rust(machine, probe),
    tool('C++ compiler', 'compiles the bridge to libtorch', compilers, 'g++', 'xcode-select --install'),
    tool('cmake', 'configures the JPEG decoder', ['cmake'], 'cmake', 'brew install cmake'),
    tool('make', 'builds the JPEG decoder', ['make', 'ninja'], 'make', 'xcode-select --install'),
  ]
  // Only x86-64 has assembly in NASM's language; ARM uses the compiler's intrinsics.
  if (!mac) tools.push(tool('nasm', "assembles the JPEG decoder's SIMD", ['nasm'], 'nasm', ''))
  return tools
}

function rust(machine: Machine, probe: Probe): Requirement {
  const channel = pinnedRust(machine.packageRoot)
  const base = {
    name: `Rust ${channel}`,
    why: 'compiles the native core',
    install: "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y",
  }
  const cargo = probe.which('cargo')
  if (cargo === undefined) return { ...base, present: false, detail: 'no cargo on the PATH' }
  // rustup reads rust-toolchain.toml and fetches that toolchain when cargo runs in our folder.
  if (probe.which('rustup') !== undefined) return { ...base, present: true, detail: cargo }
  const [, major, minor] = /cargo (\d+)\.(\d+)/.exec(probe.ask([cargo, '--version']) ?? '') ?? []
  if (major === undefined || minor === undefined)
    return { ...base, present: false, detail: `${cargo} does not run` }
  const present = isAtLeast([Number(major), Number(minor)], channel)
  return { ...base, present, detail: present ? cargo : `${cargo} is ${major}.${minor}` }
}

function isAtLeast(version: readonly [number, number], channel: string): boolean {
  const [major = 0, minor = 0] = channel.split('.').map(Number)
  return version[0] > major || (version[0] === major && version[1] >= minor)
}

/** The channel that rust-toolchain.toml names. */
export function pinnedRust(packageRoot: string): string {
  const file = join(packageRoot, 'rust-toolchain.toml')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return /channel\s*=\s*"([^"]+)"/.exec(text)?.[1] ?? 'stable'
}

function packageClient(machine: Machine, probe: Probe): Requirement {
  const python = findPython(machine.env, probe.ask)
  const mac = machine.platform.name === 'darwin-arm64'
  return {
    name: 'Python with pip',
    why: 'downloads libtorch from the package index (it is not needed to train)',
    present: python !== undefined,
    detail: python ?? 'no python3 that has pip on the PATH',
    ...(mac ? {} : { debian: ['python3', 'python3-pip'] }),
    install: mac ? 'brew install python' : 'apt-get install -y python3 python3-pip',
  }
}

function diskSpace(machine: Machine, bytes: number, probe: Probe): Requirement {
  const free = probe.freeBytes(machine.cache)
  return {
    name: `${megabytes(bytes)} of disk space`,
    why: `for ${machine.cache}`,
    present: free >= bytes,
    detail: `${megabytes(free)} free`,
    install: 'free some space, or set XDG_CACHE_HOME to a folder on a larger disk',
  }
}
