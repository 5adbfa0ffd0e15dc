import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DeviceError } from '../errors/index.ts'
import type { Machine } from './machine.ts'

/** The only version the core is built against. */
export const libtorchVersion = '2.11.0'

/** The builds that setup can fetch. On macOS there is only `cpu`. */
export const libtorchVariants = ['cpu', 'cu130', 'cu128'] as const
export type LibtorchVariant = (typeof libtorchVariants)[number]

/** A libtorch on this machine. */
export interface Libtorch {
  /** `given`: LIBTORCH or a path told to setup; `python`: inside an installed Python package. */
  readonly origin: LibtorchVariant | 'given' | 'python'
  /** Folder of the shared libraries, without symbolic links: their run paths are relative to it. */
  readonly lib: string
  /** Headers for building the addon, where they are there. */
  readonly include: string | undefined
  /** Holds the CUDA half and the libraries that it needs. */
  readonly cuda: boolean
}

/** The choice that setup made, kept in the cache. */
export interface LibtorchSelection {
  readonly origin: Libtorch['origin']
  readonly path: string
}

export interface LibtorchSearch {
  readonly found: Libtorch | undefined
  /** Places looked at, in order, with what was wrong there. */
  readonly tried: readonly string[]
}

/** Folder of a fetched build, in the layout of Python's site-packages (`torch/`, `nvidia/`). */
export function variantFolder(machine: Machine, variant: LibtorchVariant): string {
  return join(machine.cache, 'libtorch', `${libtorchVersion}-${variant}`)
}

export function selectionFile(machine: Machine): string {
  return join(machine.cache, 'libtorch', 'selected.json')
}

/** Written into a build's folder when all libraries that its CUDA half needs have arrived. */
export function cudaMarker(folder: string): string {
  return join(folder, 'cuda-complete.json')
}

/**
 * Looks, without running anything: `LIBTORCH`, the choice of the last setup, the fetched builds.
 * A wrong `LIBTORCH` is a DeviceError, since another libtorch than the one asked for would be a surprise.
 */
export function findLibtorch(machine: Machine, want: { readonly cuda?: boolean } = {}): LibtorchSearch {
  const tried: string[] = []
  const stated = machine.env.LIBTORCH
  if (stated !== undefined && stated !== '') {
    const given = openLibtorch(machine, 'given', stated)
    if (typeof given === 'string')
      throw new DeviceError(`LIBTORCH=${stated}: ${given}`, {
        hint: `point LIBTORCH at a libtorch ${libtorchVersion}, or unset it and run \`bun run setup\``,
      })
    if (want.cuda && !given.cuda)
      throw new DeviceError(`LIBTORCH=${stated} is a CPU build, and a GPU is wanted`, {
        hint: 'unset LIBTORCH and run `bun run setup --libtorch cu130` (driver 580 or newer) or cu128',
      })
    return { found: given, tried: [`LIBTORCH=${stated}`] }
  }
  tried.push('LIBTORCH (not set)')

  const candidates: LibtorchSelection[] = []
  const selection = readSelection(machine)
  if (selection) candidates.push(selection)
  for (const variant of libtorchVariants) {
    const path = variantFolder(machine, variant)
    if (path !== selection?.path) candidates.push({ origin: variant, path })
  }
  for (const { origin, path } of candidates) {
    const libtorch = openLibtorch(machine, origin, path)
    if (typeof libtorch === 'string') tried.push(`${path}: ${libtorch}`)
    else if (want.cuda && !libtorch.cuda) tried.push(`${path}: without CUDA`)
    else return { found: libtorch, tried: [...tried, path] }
  }
  return { found: undefined, tried }
}

/** The libtorch in a folder (`lib/`, `torch/lib/` or the libraries themselves), or what is wrong with it. */
export function openLibtorch(machine: Machine, origin: Libtorch['origin'], path: string): Libtorch | string {
  const cpuLibrary = machine.platform.library('torch_cpu')
  const file = ['torch/lib', 'lib', '.']
    .map((folder) => join(path, folder, cpuLibrary))
    .find((candidate) => existsSync(candidate))
  if (file === undefined) return existsSync(path) ? `holds no ${cpuLibrary}` : 'not there'

  const lib = dirname(realpathSync(file))
  const include = join(dirname(lib), 'include')
  const versionHeader = join(include, 'torch/headeronly/version.h')
  const hasHeaders = existsSync(versionHeader)
  const version = hasHeaders ? readVersionHeader(versionHeader) : undefined
  if (version !== undefined && version !== libtorchVersion)
    return `is libtorch ${version}, ${libtorchVersion} is needed`

  const hasCudaHalf = existsSync(join(lib, machine.platform.library('torch_cuda')))
  const fetched = origin !== 'given' && origin !== 'python'
  return {
    origin,
    lib,
    include: hasHeaders ? include : undefined,
    cuda: hasCudaHalf && (!fetched || existsSync(cudaMarker(path))),
  }
}

function readSelection(machine: Machine): LibtorchSelection | undefined {
  const file = selectionFile(machine)
  if (!existsSync(file)) return undefined
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    const { origin, path } = value as Record<string, unknown>
    if (typeof path !== 'string') return undefined
    const origins: readonly Libtorch['origin'][] = [...libtorchVariants, 'given', 'python']
    const known = origins.find((candidate) => candidate === origin)
    return known && { origin: known, path }
  } catch {
    // A damaged note is no choice at all: setup writes it anew.
    return undefined
  }
}

function readVersionHeader(file: string): string | undefined {
  const text = readFileSync(file, 'utf8')
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define TORCH_VERSION_${part} (\\d+)`).exec(text)?.[1],
  )
  return parts.includes(undefined) ? undefined : parts.join('.')
}
