import { DeviceError } from '../errors/index.ts'
import type { LibtorchVariant } from '../native/libtorch.ts'
import type { Machine } from '../native/machine.ts'
import { buildOf, type FetchPlan, missingWheels } from './fetch-libtorch.ts'
import { variantForDriver } from './gpu.ts'
import { buildBytes, type Needs } from './requirements.ts'

export interface FetchWish {
  readonly choice: LibtorchVariant | 'auto'
  /** The CUDA half is wanted and all that needs. */
  readonly cuda: boolean
  /** The C++ headers are wanted. */
  readonly headers: boolean
  /** Major version of the NVIDIA driver, where there is one. */
  readonly driver: number | undefined
}

/** Builds to try, best first; DeviceError where a GPU is wanted that cannot be had. */
export function fetchPlans(machine: Machine, wish: FetchWish): FetchPlan[] {
  const { choice, cuda, headers, driver } = wish
  const plan = (variant: LibtorchVariant, withCuda: boolean): FetchPlan => ({
    build: buildOf(machine, variant),
    cuda: withCuda,
    headers,
  })
  if (machine.platform.name === 'darwin-arm64') {
    if (cuda) throw new DeviceError('there is no CUDA on macOS', { hint: 'use accelerator=cpu' })
    return [plan('cpu', false)]
  }
  if (choice === 'cu130' || choice === 'cu128') return [plan(choice, cuda)]
  const suited = variantForDriver(driver)
  if (cuda && suited === 'cpu')
    throw new DeviceError(
      driver === undefined
        ? 'a GPU is wanted, but there is no NVIDIA driver on this machine'
        : `a GPU is wanted, but NVIDIA driver ${driver} is too old for libtorch 2.11`,
      { hint: 'install driver 525 or newer, or use accelerator=cpu' },
    )
  if (suited !== 'cpu' && (cuda || choice === 'auto')) return [plan(suited, true)]
  // The package index holds the CUDA build only, which runs on a CPU as well: larger, but always to be had.
  return [plan('cpu', false), plan('cu130', false)]
}

/** What the coming work takes from the machine. `answers` tells whether a direct source can be reached. */
export async function needsOf(
  machine: Machine,
  work: { readonly build: boolean; readonly plans: readonly FetchPlan[] },
  answers: (url: string) => Promise<boolean> = hostAnswers,
): Promise<Needs> {
  const [first, second] = work.plans
  const compile = work.build ? buildBytes : 0
  if (first === undefined) return { build: work.build, client: false, bytes: compile }
  const direct = missingWheels(machine, first).find((wheel) => wheel.url !== undefined)?.url
  const plan = second !== undefined && direct !== undefined && !(await answers(direct)) ? second : first
  const missing = missingWheels(machine, plan)
  const { diskMegabytes } = plan.build
  const fetched = missing.length === 0 ? 0 : (plan.cuda ? diskMegabytes.cuda : diskMegabytes.cpu) * 1e6
  return {
    build: work.build,
    client: missing.some((wheel) => wheel.url === undefined),
    bytes: compile + fetched,
  }
}

async function hostAnswers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(10_000) })
    return response.ok
  } catch {
    return false
  }
}
