import {
  CheckpointError,
  ConfigError,
  DataError,
  DeviceError,
  DivergedError,
  EngineBug,
  type Failure,
} from '../errors/index.ts'
import type { Fault, FaultKind } from './spec.d.ts'

const classes = {
  data: DataError,
  checkpoint: CheckpointError,
  device: DeviceError,
  diverged: DivergedError,
  bug: EngineBug,
} satisfies Record<Exclude<FaultKind, 'config'>, unknown>

/** What the addon rejected with, as a Failure. Anything that is not a fault is an EngineBug. */
export function toFailure(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error)
  const fault = parseFault(text)
  if (!fault) return new EngineBug(`the native core answered: ${text}`, { cause: error })
  const hint = fault.hint ?? undefined
  if (fault.kind === 'config') return new ConfigError({ message: fault.message, hint })
  return new classes[fault.kind](fault.message, { hint, details: fault.details })
}

/** Awaits a call of the addon; its rejections become Failures. */
export async function guarded<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw toFailure(error)
  }
}

function parseFault(text: string): Fault | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value = JSON.parse(text) as Fault
    return typeof value.message === 'string' && value.kind in { ...classes, config: 0 } ? value : undefined
  } catch {
    return undefined
  }
}
