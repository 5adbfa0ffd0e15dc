import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError, DeviceError } from '../errors/index.ts'
import { cachedAddon, findAddon, imagesFile } from '../native/addon.ts'
import {
  findLibtorch,
  type Libtorch,
  type LibtorchSelection,
  openLibtorch,
  selectionFile,
} from '../native/libtorch.ts'
import { type Machine, thisMachine } from '../native/machine.ts'
import { buildAddon, buildImages, linkLibtorch, storeAddon } from './build-addon.ts'
import type { LibtorchChoice } from './choice.ts'
import { Unreachable } from './download.ts'
import { type FetchPlan, fetchLibtorch, sweepDownloads } from './fetch-libtorch.ts'
import { type FetchWish, fetchPlans, needsOf } from './fetch-plans.ts'
import { withFileLock } from './file-lock.ts'
import { nvidiaDriver } from './gpu.ts'
import { findPython, findPythonTorch } from './python.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { checkRequirements, type Probe, type Requirement, systemProbe } from './requirements.ts'
import {
  type Authority,
  currentAuthority,
  installablePackages,
  installPackages,
  missingError,
} from './system-packages.ts'

/** The native parts, ready to load. */
export interface NativePaths {
  readonly libtorch: Libtorch
  /** Path of the addon. */
  readonly addon: string
}

export interface EnsureOptions {
  /** Say only what takes long, without bars or the output of tools. */
  readonly quiet?: boolean
  /** A GPU is wanted: libtorch must have its CUDA half and all that needs. */
  readonly cuda?: boolean
  /** Without it whatever is there is kept. */
  readonly libtorch?: LibtorchChoice
  /** Compile the addon even though one from the same sources is there. */
  readonly rebuild?: boolean
  readonly machine?: Machine
  readonly probe?: Probe
  readonly authority?: Authority
  readonly reporter?: Reporter
}

/**
 * Finds libtorch and the addon, and fetches, unpacks or compiles what is not there. Safe to call from several
 * processes at once, and to kill: the next call goes on. When all is there it reads a few files and runs nothing.
 */
export async function ensureNative(options: EnsureOptions = {}): Promise<NativePaths> {
  const machine = options.machine ?? thisMachine()
  refuseContradiction(machine, options.libtorch)
  const ready = findReady(machine, options)
  if (ready) return ready
  const reporter = options.reporter ?? createReporter({ quiet: options.quiet ?? false })
  return locked(
    machine,
    reporter,
    async () => findReady(machine, options) ?? provide(machine, options, reporter),
  )
}

/** Finds or compiles the half of the addon that reads data sets and pictures, which needs no libtorch; answers its path. */
export async function ensureImages(options: EnsureOptions = {}): Promise<string> {
  const machine = options.machine ?? thisMachine()
  const ready = (): string | undefined => findAddon(machine, imagesFile).path
  const found = ready()
  if (found !== undefined) return found
  const reporter = options.reporter ?? createReporter({ quiet: options.quiet ?? false })
  return locked(machine, reporter, async () => {
    const now = ready()
    if (now !== undefined) return now
    await requireTools(machine, options, reporter, { build: true, plans: [] })
    return buildImages(machine, reporter)
  })
}

/** What is there, if it is all and what was asked for. */
export function findReady(machine: Machine, options: EnsureOptions): NativePaths | undefined {
  if (options.rebuild) return undefined
  const libtorch = findChosen(machine, options)
  const addon = findAddon(machine)
  if (libtorch === undefined || addon.path === undefined) return undefined
  // On macOS the addon must lie in the cache, beside its link to libtorch.
  if (machine.platform.name === 'darwin-arm64' && addon.origin === 'package') return undefined
  return { libtorch, addon: addon.path }
}

function findChosen(machine: Machine, options: EnsureOptions): Libtorch | undefined {
  const choice = options.libtorch
  if (choice === undefined || choice === 'auto')
    return findLibtorch(machine, { cuda: wantsCuda(options) }).found
  const { found } = findLibtorch(machine, { cuda: wantsCuda(options) })
  if (typeof choice === 'object') {
    const given = openLibtorch(machine, 'given', choice.path)
    return typeof given !== 'string' && found?.lib === given.lib ? found : undefined
  }
  return found?.origin === choice ? found : undefined
}

function wantsCuda(options: EnsureOptions): boolean {
  return options.cuda ?? (options.libtorch === 'cu130' || options.libtorch === 'cu128')
}

/** Finds or fetches libtorch alone, with the C++ headers where a compiler is to use it. */
export async function ensureLibtorch(options: EnsureOptions & { headers: boolean }): Promise<Libtorch> {
  const machine = options.machine ?? thisMachine()
  refuseContradiction(machine, options.libtorch)
  const reporter = options.reporter ?? createReporter({ quiet: options.quiet ?? false })
  const ready = (): Libtorch | undefined => {
    const found = findChosen(machine, options)
    return options.headers && found?.include === undefined ? undefined : found
  }
  return (
    ready() ??
    locked(
      machine,
      reporter,
      async () =>
        ready() ?? provideLibtorch(machine, options, reporter, { headers: options.headers, build: false }),
    )
  )
}

/** A variant cannot be had while LIBTORCH, which comes before everything, names another folder. */
function refuseContradiction(machine: Machine, choice: LibtorchChoice | undefined): void {
  const { LIBTORCH } = machine.env
  if (!LIBTORCH || choice === undefined || choice === 'auto') return
  const asked = typeof choice === 'object' ? choice.path : choice
  if (asked === LIBTORCH) return
  throw new ConfigError({
    key: '--libtorch',
    message: `LIBTORCH=${LIBTORCH} is set and comes before ${asked}`,
    hint: 'unset LIBTORCH',
  })
}

function locked<T>(machine: Machine, reporter: Reporter, work: () => Promise<T>): Promise<T> {
  return withFileLock(join(machine.cache, 'setup.lock'), work, {
    onWait: (holder) => reporter.say(`waiting for another setup (${holder})`),
  })
}

async function provide(machine: Machine, options: EnsureOptions, reporter: Reporter): Promise<NativePaths> {
  const addon = options.rebuild ? undefined : findAddon(machine)
  const build = addon?.path === undefined
  const libtorch = await provideLibtorch(machine, options, reporter, { headers: build, build })
  if (addon?.path === undefined) return { libtorch, addon: await buildAddon(machine, libtorch, reporter) }
  if (machine.platform.name !== 'darwin-arm64') return { libtorch, addon: addon.path }
  if (addon.origin === 'package')
    return { libtorch, addon: storeAddon(machine, addon.path, addon.hash, libtorch) }
  linkLibtorch(cachedAddon(machine, addon.hash), libtorch)
  return { libtorch, addon: addon.path }
}

/** Uses or fetches a libtorch, after all that the coming work needs was found to be there. */
async function provideLibtorch(
  machine: Machine,
  options: EnsureOptions,
  reporter: Reporter,
  work: { readonly headers: boolean; readonly build: boolean },
): Promise<Libtorch> {
  const existing = findExisting(machine, options)
  const usable = existing !== undefined && (!work.headers || existing.libtorch.include !== undefined)
  const plans = usable ? [] : fetchPlans(machine, wishOf(options, work.headers, existing))
  await requireTools(machine, options, reporter, { build: work.build, plans })
  const libtorch = usable ? existing.libtorch : await fetchFirst(machine, plans, options, reporter)
  select(machine, {
    origin: libtorch.origin,
    path: usable ? existing.path : dirname(dirname(libtorch.lib)),
  })
  return libtorch
}

function wishOf(options: EnsureOptions, headers: boolean, existing: Existing | undefined): FetchWish {
  const here = existing?.libtorch.origin
  if (here === 'given' || here === 'python')
    throw new DeviceError(
      `${existing?.path} comes without C++ headers, which compiling the native core needs`,
      {
        hint: 'run `bun run setup --libtorch auto` without LIBTORCH set',
      },
    )
  const choice = typeof options.libtorch === 'object' ? 'auto' : (options.libtorch ?? here ?? 'auto')
  return { choice, cuda: wantsCuda(options), headers, driver: nvidiaDriver(options.probe?.ask) }
}

interface Existing {
  readonly libtorch: Libtorch
  readonly path: string
}

/** A libtorch that needs no download: chosen before, given now, or inside an installed Python package. */
function findExisting(machine: Machine, options: EnsureOptions): Existing | undefined {
  const choice = options.libtorch
  if (typeof choice === 'object') {
    const given = openLibtorch(machine, 'given', choice.path)
    if (typeof given === 'string') throw new DeviceError(`${choice.path}: ${given}`)
    return { libtorch: given, path: choice.path }
  }
  const chosen = findChosen(machine, options)
  if (chosen) return { libtorch: chosen, path: dirname(dirname(chosen.lib)) }
  if (choice !== undefined && choice !== 'auto') return undefined
  const folder = findPythonTorch(machine.env, options.probe?.ask)
  if (folder === undefined) return undefined
  const python = openLibtorch(machine, 'python', folder)
  if (typeof python === 'string' || (wantsCuda(options) && !python.cuda)) return undefined
  return { libtorch: python, path: folder }
}

/** Stops before anything has started if something is missing, unless this process may install it. */
async function requireTools(
  machine: Machine,
  options: EnsureOptions,
  reporter: Reporter,
  work: { readonly build: boolean; readonly plans: readonly FetchPlan[] },
): Promise<void> {
  const needs = await needsOf(machine, work)
  const check = (): Requirement[] =>
    checkRequirements(machine, needs, options.probe ?? systemProbe).filter(({ present }) => !present)
  const missing = check()
  if (missing.length === 0) return
  const packages = installablePackages(missing, options.authority ?? currentAuthority())
  if (packages.length === 0 || missing.some(({ debian }) => debian === undefined)) throw missingError(missing)
  await installPackages(packages, reporter)
  const still = check()
  if (still.length > 0) throw missingError(still)
}

async function fetchFirst(
  machine: Machine,
  plans: readonly FetchPlan[],
  options: EnsureOptions,
  reporter: Reporter,
): Promise<Libtorch> {
  const python = findPython(machine.env, options.probe?.ask)
  const refusals: string[] = []
  for (const plan of plans) {
    try {
      const libtorch = await fetchLibtorch({ machine, reporter, python }, plan)
      sweepDownloads(machine)
      return libtorch
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      refusals.push(error.message)
      reporter.say(error.message)
    }
  }
  throw new DeviceError(`libtorch cannot be fetched:\n${refusals.map((line) => `  - ${line}`).join('\n')}`, {
    hint: 'check the network; or install PyTorch 2.11.0 by hand (pip install torch==2.11.0) and run setup again',
  })
}

function select(machine: Machine, selection: LibtorchSelection): void {
  // LIBTORCH holds for the processes that have it set, and must not outlive it.
  if (machine.env.LIBTORCH) return
  const file = selectionFile(machine)
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(selection)}\n`)
  renameSync(temporary, file)
}
