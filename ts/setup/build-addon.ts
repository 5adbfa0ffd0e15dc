import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { DeviceError } from '../errors/index.ts'
import { cachedAddon } from '../native/addon.ts'
import type { Libtorch } from '../native/libtorch.ts'
import type { Machine } from '../native/machine.ts'
import { sourceHash } from '../native/source-hash.ts'
import { makeLinkTree } from './link-tree.ts'
import type { Reporter } from './reporter.ts'
import { searchPath } from './requirements.ts'

/** Addons of other sources that stay in the cache, so that switching branches does not compile again. */
const keptAddons = 5

/** Environment for any cargo command of this workspace: where libtorch is, and where the output goes. */
export function buildEnvironment(machine: Machine, libtorch: Libtorch): Record<string, string | undefined> {
  const { include } = libtorch
  if (include === undefined)
    throw new DeviceError(`${libtorch.lib} comes without C++ headers, which a build needs`, {
      hint: 'unset LIBTORCH and run `bun run setup`, which fetches a libtorch with headers',
    })
  const variable = machine.platform.libraryPathVariable
  const former = machine.env[variable]
  return {
    ...machine.env,
    PATH: searchPath(machine.env),
    LIBTORCH: makeLinkTree(machine, { ...libtorch, include }),
    LIBTORCH_USE_PYTORCH: undefined,
    [variable]: former ? `${libtorch.lib}${delimiter}${former}` : libtorch.lib,
    CARGO_TARGET_DIR: machine.env.CARGO_TARGET_DIR ?? join(machine.cache, 'target'),
    ...runPathFlags(machine),
  }
}

/** On macOS the addon finds libtorch by a link beside itself; Linux matches the libraries already loaded by name. */
function runPathFlags(machine: Machine): Record<string, string> {
  if (machine.platform.name !== 'darwin-arm64') return {}
  return { CARGO_TARGET_AARCH64_APPLE_DARWIN_RUSTFLAGS: '-C link-arg=-Wl,-rpath,@loader_path/libtorch' }
}

/** Compiles the addon from this package's sources and stores it under their hash; answers its path. */
export async function buildAddon(machine: Machine, libtorch: Libtorch, reporter: Reporter): Promise<string> {
  reporter.say('compiling the native core (two minutes on two cores the first time)')
  const command = ['cargo', 'build', '--release', '-p', 'classifier-binding']
  const child = Bun.spawn([...command, '--message-format=json-render-diagnostics'], {
    cwd: machine.packageRoot,
    env: buildEnvironment(machine, libtorch),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: reporter.quiet ? 'pipe' : 'inherit',
  })
  const [messages, complaint, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    child.stderr ? new Response(child.stderr).text() : '',
    child.exited,
  ])
  const built = builtLibrary(messages)
  if (exitCode !== 0 || built === undefined)
    throw new DeviceError(
      `the native core does not compile (cargo ended with ${exitCode})${complaint === '' ? '' : `:\n${complaint.trim().split('\n').slice(-40).join('\n')}`}`,
      { hint: 'the compiler says why above' },
    )
  // Cargo may have completed Cargo.lock, so the hash is that of the sources as they are now.
  const path = storeAddon(machine, built, sourceHash(machine), libtorch)
  pruneAddons(machine, path)
  return path
}

/** The shared library that cargo's JSON messages name as built, last one first. */
export function builtLibrary(messages: string): string | undefined {
  for (const line of messages.split('\n').reverse()) {
    if (!line.includes('"compiler-artifact"') || !line.includes('"cdylib"')) continue
    const { filenames } = JSON.parse(line) as { filenames?: readonly string[] }
    const library = filenames?.find((file) => /\.(so|dylib)$/.test(file))
    if (library !== undefined) return library
  }
  return undefined
}

/** Copies an addon to its place in the cache, atomically, with what its run path needs beside it. */
export function storeAddon(machine: Machine, built: string, hash: string, libtorch: Libtorch): string {
  const path = cachedAddon(machine, hash)
  mkdirSync(dirname(path), { recursive: true })
  if (machine.platform.name === 'darwin-arm64') linkLibtorch(path, libtorch)
  const temporary = `${path}.${process.pid}`
  copyFileSync(built, temporary)
  renameSync(temporary, path)
  return path
}

/** Points the link beside a stored addon (macOS) at the libtorch in use. */
export function linkLibtorch(addon: string, libtorch: Libtorch): void {
  const link = join(dirname(addon), 'libtorch')
  rmSync(link, { force: true })
  symlinkSync(libtorch.lib, link)
}

function pruneAddons(machine: Machine, keep: string): void {
  const folder = join(machine.cache, 'addon')
  const old = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path !== dirname(keep) && existsSync(join(path, 'classifier_training.node')))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  for (const path of old.slice(keptAddons)) rmSync(path, { recursive: true, force: true })
}
