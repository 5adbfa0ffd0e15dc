import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DeviceError } from '../errors/index.ts'
import { type AddonFile, addonFile, findAddon, imagesFile } from './addon.ts'
import { dynamicLinker, loadedLibtorchVersion } from './dynamic-library.ts'
import { findLibtorch, type Libtorch, libtorchVersion } from './libtorch.ts'
import { type Machine, thisMachine } from './machine.ts'

export interface LoadOptions {
  /** Also load the CUDA half, which then registers itself; without one on this machine a DeviceError. */
  readonly cuda?: boolean
  /**
   * libtorch's threads sleep as soon as they have nothing to do, which leaves the cores to who decodes images between passes.
   * Without it they wait awake for a moment: steps of a training, whose loops follow closely, are quicker by a twentieth. What the
   * first load says holds for the process.
   */
  readonly idleThreadsSleep?: boolean
  /** Another machine than this one: for tests. */
  readonly machine?: Machine
}

const next = 'run `bun run setup`, which fetches or builds what is missing'
let loaded: { addon: unknown; libtorch: Libtorch } | undefined
let cudaLoaded = false

/**
 * Maps libtorch into the process and then the addon, which finds its symbols there. Loads once per process;
 * a later call may add CUDA. Never fetches or builds: a missing part is a DeviceError that lists the places tried.
 */
export async function loadAddon(options: LoadOptions = {}): Promise<unknown> {
  const machine = options.machine ?? thisMachine()
  const linker = dynamicLinker(machine.platform)
  // Another machine's parts are looked for even where this process holds its own already.
  if (loaded === undefined || options.machine !== undefined) {
    const libtorch = requireLibtorch(machine, options.cuda ?? false)
    const cpuLibrary = join(libtorch.lib, machine.platform.library('torch_cpu'))
    if (options.idleThreadsSleep) linker.suggest('OMP_WAIT_POLICY', 'passive')
    const failure = linker.open(cpuLibrary)
    if (failure !== undefined)
      throw new DeviceError(`libtorch does not load: ${failure}`, {
        hint: next,
        details: { library: cpuLibrary },
      })
    const version = loadedLibtorchVersion(cpuLibrary)
    if (version !== libtorchVersion)
      throw new DeviceError(`${cpuLibrary} is libtorch ${version}, ${libtorchVersion} is needed`, {
        hint: 'unset LIBTORCH and run `bun run setup`',
      })
    if (options.cuda) loadCuda(machine, libtorch)
    loaded = { addon: requireAddon(machine, addonFile), libtorch }
  }
  if (options.cuda && !cudaLoaded) loadCuda(machine, loaded.libtorch)
  return loaded.addon
}

let images: unknown

/**
 * The half of the addon that needs no libtorch, or the whole one where this process has it already. Never builds: a missing
 * part is a DeviceError that lists the places tried.
 */
export async function loadImagesAddon(machine: Machine = thisMachine()): Promise<unknown> {
  if (loaded !== undefined) return loaded.addon
  images ??= requireAddon(machine, imagesFile)
  return images
}

function requireLibtorch(machine: Machine, cuda: boolean): Libtorch {
  const { found, tried } = findLibtorch(machine, { cuda })
  if (found) return found
  throw new DeviceError(
    `no libtorch ${libtorchVersion}${cuda ? ' with CUDA' : ''} on this machine; looked at\n${list(tried)}`,
    {
      hint: cuda ? 'run `bun run setup --libtorch cu130` (NVIDIA driver 580 or newer) or cu128 (525)' : next,
    },
  )
}

function requireAddon(machine: Machine, file: AddonFile): unknown {
  const { path, tried } = findAddon(machine, file)
  if (path === undefined)
    throw new DeviceError(`no native core for these sources; looked at\n${list(tried)}`, { hint: next })
  try {
    return createRequire(import.meta.url)(path)
  } catch (error) {
    throw new DeviceError(`${path} does not load: ${error instanceof Error ? error.message : error}`, {
      hint: 'run `bun run setup --rebuild`',
      cause: error,
    })
  }
}

function loadCuda(machine: Machine, libtorch: Libtorch): void {
  const library = join(libtorch.lib, machine.platform.library('torch_cuda'))
  const failure = libtorch.cuda
    ? dynamicLinker(machine.platform).open(library)
    : `${libtorch.lib} holds a CPU build`
  if (failure !== undefined)
    throw new DeviceError(`CUDA does not load: ${failure}`, {
      hint: 'run `bun run setup --libtorch cu130` (NVIDIA driver 580 or newer) or cu128 (525), or train with accelerator=cpu',
    })
  cudaLoaded = true
}

function list(places: readonly string[]): string {
  return places.map((place) => `  - ${place}`).join('\n')
}
