import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { DeviceError } from '../errors/index.ts'
import { type AddonFile, addonFile, cachedAddon, imagesFile } from '../native/addon.ts'
import type { Libtorch } from '../native/libtorch.ts'
import type { Machine } from '../native/machine.ts'
import { sourceHash } from '../native/source-hash.ts'
import { withFileLock } from './file-lock.ts'
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
    CARGO_TARGET_DIR: targetFolder(machine),
    ...runPathFlags(machine),
  }
}

function targetFolder(machine: Machine): string {
  return machine.env.CARGO_TARGET_DIR ?? join(machine.cache, 'target')
}

/** On macOS the addon finds libtorch by a link beside itself; Linux matches the libraries already loaded by name. */
function runPathFlags(machine: Machine): Record<string, string> {
  if (machine.platform.name !== 'darwin-arm64') return {}
  return { CARGO_TARGET_AARCH64_APPLE_DARWIN_RUSTFLAGS: '-C link-arg=-Wl,-rpath,@loader_path/libtorch' }
}

/** Compiles both halves of the addon from this package's sources and stores them under their hash; answers the whole one's path. */
export async function buildAddon(machine: Machine, libtorch: Libtorch, reporter: Reporter): Promise<string> {
  reporter.say('compiling the native core (two minutes on two cores the first time)')
  const crates = ['classifier-binding', 'classifier-images'] as const
  return alone(machine, async () => {
    const built = await compile(machine, crates, buildEnvironment(machine, libtorch), reporter)
    // Cargo may have completed Cargo.lock, so the hash is that of the sources as they are now.
    const hash = sourceHash(machine)
    storeFile(built['classifier-images'], cachedAddon(machine, hash, imagesFile))
    const path = storeAddon(machine, built['classifier-binding'], hash, libtorch)
    pruneAddons(machine, path)
    return path
  })
}

/** Compiles the half that needs no libtorch and stores it; answers its path. */
export async function buildImages(machine: Machine, reporter: Reporter): Promise<string> {
  reporter.say('compiling the reader of images (a minute on two cores the first time)')
  const environment = {
    ...machine.env,
    PATH: searchPath(machine.env),
    CARGO_TARGET_DIR: targetFolder(machine),
  }
  return alone(machine, async () => {
    const built = await compile(machine, ['classifier-images'], environment, reporter)
    const path = cachedAddon(machine, sourceHash(machine), imagesFile)
    storeFile(built['classifier-images'], path)
    pruneAddons(machine, path)
    return path
  })
}

/** While nobody else builds into the same folder, from another cache as it may be. */
function alone<T>(machine: Machine, work: () => Promise<T>): Promise<T> {
  return withFileLock(join(targetFolder(machine), 'built-from.lock'), work)
}

/** Builds crates; answers the shared library of each. */
async function compile<Crate extends string>(
  machine: Machine,
  crates: readonly Crate[],
  env: Record<string, string | undefined>,
  reporter: Reporter,
): Promise<Record<Crate, string>> {
  const packages = crates.flatMap((crate) => ['-p', crate])
  await forgetOthers(machine, env)
  const child = Bun.spawn(
    ['cargo', 'build', '--release', ...packages, '--message-format=json-render-diagnostics'],
    {
      cwd: machine.packageRoot,
      env,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: reporter.quiet ? 'pipe' : 'inherit',
    },
  )
  const [messages, complaint, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    child.stderr ? new Response(child.stderr).text() : '',
    child.exited,
  ])
  const built = crates.map((crate) => [crate, builtLibrary(messages, crate)] as const)
  if (exitCode !== 0 || built.some(([, library]) => library === undefined))
    throw new DeviceError(
      `the native core does not compile (cargo ended with ${exitCode})${complaint === '' ? '' : `:\n${complaint.trim().split('\n').slice(-40).join('\n')}`}`,
      { hint: 'the compiler says why above' },
    )
  return Object.fromEntries(built) as Record<Crate, string>
}

/** The crates of this workspace. */
const ownCrates = ['spec', 'data', 'onnx', 'engine', 'images', 'binding'] as const

/**
 * Crates of two checkouts have one name in the target folder that they share: cargo tells them apart by times alone, and takes
 * for its own what another checkout has built since, be it a library or the kernels of the engine. So where another was the
 * last to build, cargo makes all of ours anew.
 */
async function forgetOthers(
  machine: Machine,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const note = join(targetFolder(machine), 'built-from')
  const last = existsSync(note) ? readFileSync(note, 'utf8') : undefined
  if (last === machine.packageRoot) return
  if (last !== undefined) {
    const packages = ownCrates.flatMap((crate) => ['-p', `classifier-${crate}`])
    const child = Bun.spawn(['cargo', 'clean', '--release', '--quiet', ...packages], {
      cwd: machine.packageRoot,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const complaint = await new Response(child.stderr).text()
    if ((await child.exited) !== 0)
      throw new DeviceError(`cargo cannot clear what another checkout has built: ${complaint.trim()}`, {
        hint: `remove ${targetFolder(machine)}`,
      })
  }
  mkdirSync(targetFolder(machine), { recursive: true })
  writeFileSync(note, machine.packageRoot)
}

/** The shared library of a crate that cargo's JSON messages name as built. */
export function builtLibrary(messages: string, crate: string): string | undefined {
  for (const line of messages.split('\n')) {
    if (!line.includes('"compiler-artifact"') || !line.includes('"cdylib"')) continue
    const { filenames, target } = JSON.parse(line) as {
      filenames?: readonly string[]
      target?: { readonly name?: string }
    }
    if (target?.name !== crate.replaceAll('-', '_')) continue
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
  storeFile(built, path)
  return path
}

function storeFile(built: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  copyFileSync(built, temporary)
  renameSync(temporary, path)
}

/** Points the link beside a stored addon (macOS) at the libtorch in use. */
export function linkLibtorch(addon: string, libtorch: Libtorch): void {
  const link = join(dirname(addon), 'libtorch')
  rmSync(link, { force: true })
  symlinkSync(libtorch.lib, link)
}

function pruneAddons(machine: Machine, keep: string): void {
  const folder = join(machine.cache, 'addon')
  const files: readonly AddonFile[] = [addonFile, imagesFile]
  const old = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path !== dirname(keep) && files.some((file) => existsSync(join(path, file))))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  for (const path of old.slice(keptAddons)) rmSync(path, { recursive: true, force: true })
}
