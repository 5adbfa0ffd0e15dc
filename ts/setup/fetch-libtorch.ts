import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { DeviceError } from '../errors/index.ts'
import {
  cudaMarker,
  type Libtorch,
  type LibtorchVariant,
  openLibtorch,
  variantFolder,
} from '../native/libtorch.ts'
import type { Machine } from '../native/machine.ts'
import { download, Unreachable } from './download.ts'
import { downloadByClient } from './package-client.ts'
import type { Reporter } from './reporter.ts'
import { extractZipEntry, listZip } from './unzip.ts'
import { isWanted, type LibtorchBuild, libtorchBuilds, type Wheel } from './wheels.ts'

/** A build to fetch and how much of it. */
export interface FetchPlan {
  readonly build: LibtorchBuild
  /** With the libraries that the CUDA half needs. */
  readonly cuda: boolean
  /** With the C++ headers. */
  readonly headers: boolean
}

export interface FetchContext {
  readonly machine: Machine
  readonly reporter: Reporter
  /** Interpreter whose pip fetches what has no direct address. */
  readonly python: string | undefined
}

/** The build of a variant; DeviceError where this platform has none. */
export function buildOf(machine: Machine, variant: LibtorchVariant): LibtorchBuild {
  const builds = libtorchBuilds(machine.platform.name)
  const build = builds.find((candidate) => candidate.variant === variant)
  if (build) return build
  throw new DeviceError(`no ${variant} build of libtorch for ${machine.platform.name}`, {
    hint: `there is ${builds.map((candidate) => candidate.variant).join(', ')}`,
  })
}

/** The wheels of a plan that are not unpacked yet, in the order to fetch: torch last, since it makes the build whole. */
export function missingWheels(machine: Machine, plan: FetchPlan): Wheel[] {
  const folder = variantFolder(machine, plan.build.variant)
  const there = openLibtorch(machine, plan.build.variant, folder)
  const needsTorch = typeof there === 'string' || (plan.headers && there.include === undefined)
  const companions = [...plan.build.cpu, ...(plan.cuda ? plan.build.cuda : [])]
  // A build that was found whole has its CPU companions, whoever unpacked them.
  const known = typeof there === 'string' ? [] : plan.build.cpu
  const missing = companions.filter(
    (wheel) => !known.includes(wheel) && !existsSync(unpackedMark(folder, wheel)),
  )
  return needsTorch ? [...missing, plan.build.torch] : missing
}

/** Fetches, verifies and unpacks what is missing of a build. Unreachable if its direct source does not answer. */
export async function fetchLibtorch(context: FetchContext, plan: FetchPlan): Promise<Libtorch> {
  const { machine, reporter } = context
  const folder = variantFolder(machine, plan.build.variant)
  for (const wheel of missingWheels(machine, plan)) {
    reporter.say(`fetching ${wheel.requirement} (about ${wheel.megabytes} MB)`)
    const archive = await fetchWheel(context, plan.build, wheel)
    await unpackWheel(archive, folder, plan.headers, reporter)
    writeFileSync(unpackedMark(folder, wheel), `${wheel.requirement}\n`)
    rmSync(archive)
  }
  if (plan.cuda && plan.build.cuda.length > 0)
    writeFileSync(
      cudaMarker(folder),
      `${JSON.stringify(plan.build.cuda.map((wheel) => wheel.requirement))}\n`,
    )
  const libtorch = openLibtorch(machine, plan.build.variant, folder)
  if (typeof libtorch === 'string') throw new DeviceError(`${folder} ${libtorch} after unpacking`)
  return libtorch
}

async function fetchWheel(context: FetchContext, build: LibtorchBuild, wheel: Wheel): Promise<string> {
  const folder = join(context.machine.cache, 'downloads')
  if (wheel.url !== undefined) {
    const to = join(folder, `${wheel.sha256.slice(0, 16)}.whl`)
    await download({ url: wheel.url, sha256: wheel.sha256, to, reporter: context.reporter })
    return to
  }
  if (context.python === undefined) throw new Unreachable(`${wheel.requirement}: no Python with pip`)
  return downloadByClient({
    python: context.python,
    wheel,
    tags: build.tags,
    folder,
    reporter: context.reporter,
    env: context.machine.env,
  })
}

/** Unpacks the wanted files beside their places and moves each there, the CPU library last of all. */
export async function unpackWheel(
  archive: string,
  folder: string,
  headers: boolean,
  reporter: Reporter,
): Promise<void> {
  const wanted = (await listZip(archive)).filter((entry) => isWanted(entry.name, headers))
  const total = wanted.reduce((sum, entry) => sum + entry.size, 0)
  const staging = join(folder, '.staging')
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true })

  const bar = reporter.bar('unpacking', total)
  let done = 0
  const queue = [...wanted]
  const worker = async (): Promise<void> => {
    for (let entry = queue.shift(); entry; entry = queue.shift())
      await extractZipEntry(archive, entry, staging, (bytes) => {
        done += bytes
        bar.update(done)
      })
  }
  try {
    await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
  } finally {
    bar.end()
  }
  const isLast = (name: string): boolean => /\/libtorch_cpu\.(so|dylib)$/.test(name)
  wanted.sort((a, b) => Number(isLast(a.name)) - Number(isLast(b.name)))
  for (const { name } of wanted) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    renameSync(join(staging, name), join(folder, name))
  }
  rmSync(staging, { recursive: true })
}

/** Removes half-finished downloads that no plan will continue. */
export function sweepDownloads(machine: Machine): void {
  const folder = join(machine.cache, 'downloads')
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
}

function unpackedMark(folder: string, wheel: Wheel): string {
  return join(folder, `.unpacked-${wheel.sha256.slice(0, 16)}`)
}
