import { dlopen as openWithSymbols } from 'bun:ffi'
import type { Platform } from './platform.ts'

const RTLD_NOW = 2

/** The system's own loader. Bun's `dlopen` needs a symbol to import, and its `process.dlopen` unloads strangers. */
export interface DynamicLinker {
  /** Maps a library and all it needs into the process for good; the linker's message on failure. */
  open(path: string): string | undefined
  /** Sets an environment variable for libraries that are opened from now on, unless there is one already. */
  suggest(variable: string, value: string): void
}

export function dynamicLinker(platform: Platform): DynamicLinker {
  const { symbols } = openWithSymbols(platform.libc, {
    dlopen: { args: ['ptr', 'i32'], returns: 'ptr' },
    dlerror: { args: [], returns: 'cstring' },
    setenv: { args: ['ptr', 'ptr', 'i32'], returns: 'i32' },
  })
  const text = (value: string): Buffer => Buffer.from(`${value}\0`)
  return {
    open(path) {
      const handle = symbols.dlopen(text(path), RTLD_NOW)
      return handle ? undefined : String(symbols.dlerror())
    },
    suggest(variable, value) {
      symbols.setenv(text(variable), text(value), 0)
    },
  }
}

/** libtorch's version as the loaded library itself states it, `2.11.0`. */
export function loadedLibtorchVersion(cpuLibrary: string): string {
  const { symbols } = openWithSymbols(cpuLibrary, { aoti_torch_abi_version: { args: [], returns: 'u64' } })
  const packed = BigInt(symbols.aoti_torch_abi_version())
  // TORCH_ABI_VERSION: one byte each for major, minor and patch, from the top.
  return [56n, 48n, 40n].map((shift) => (packed >> shift) & 0xffn).join('.')
}
