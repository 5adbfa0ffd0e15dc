import type { TrainerConfig } from '../config/schema/config.ts'
import { DeviceError } from '../errors/index.ts'
import type { LoadOptions } from '../native/load.ts'
import { loadEngine, type NativeEngine } from '../native/native-engine.ts'
import { nvidiaDriver } from '../setup/gpu.ts'
import { ensureNative } from '../setup/index.ts'

type Accelerator = TrainerConfig['accelerator']

/**
 * The native core; what is missing of it is fetched or built first. Its CUDA half is loaded where a GPU is asked for, or under
 * `auto` where there is an NVIDIA driver. A GPU without a driver is a DeviceError: never a silent run on the CPU.
 */
export async function openEngine(
  accelerator: Accelerator = 'auto',
  options: Pick<LoadOptions, 'idleThreadsSleep'> = {},
): Promise<NativeEngine> {
  const cuda = wantsCuda(accelerator)
  await ensureNative({ quiet: true, cuda })
  return loadEngine({ cuda, ...options })
}

function wantsCuda(accelerator: Accelerator): boolean {
  const asked = accelerator === 'cuda'
  if (!asked && accelerator !== 'auto') return false
  if (process.platform === 'darwin') return false
  if (nvidiaDriver() !== undefined) return true
  if (!asked) return false
  throw new DeviceError('trainer.accelerator asks for a GPU, but this machine has no NVIDIA driver', {
    hint: 'install the driver (525 or newer), or train with trainer.accelerator=cpu',
  })
}

/** Begins to open the core; a failure waits for whoever awaits the answer. */
export function startEngine(accelerator?: Accelerator): Promise<NativeEngine> {
  const engine = openEngine(accelerator)
  engine.catch(() => {})
  return engine
}
