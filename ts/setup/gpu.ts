import { existsSync, readFileSync } from 'node:fs'
import type { LibtorchVariant } from '../native/libtorch.ts'
import { type Ask, ask } from './python.ts'

/** Major version of the NVIDIA driver; undefined without a GPU or a driver. */
export function nvidiaDriver(
  query: Ask = ask,
  versionFile = '/proc/driver/nvidia/version',
): number | undefined {
  const text = existsSync(versionFile)
    ? readFileSync(versionFile, 'utf8')
    : (query(['nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader']) ?? '')
  const major = /(\d{3,})\.\d+/.exec(text)?.[1]
  return major === undefined ? undefined : Number(major)
}

/** The build for a driver: CUDA 13.0 needs 580, CUDA 12.8 runs from 525 on (NVIDIA's compatibility guide). */
export function variantForDriver(driver: number | undefined): LibtorchVariant {
  if (driver === undefined || driver < 525) return 'cpu'
  return driver >= 580 ? 'cu130' : 'cu128'
}
