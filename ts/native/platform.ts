import { DeviceError } from '../errors/index.ts'

export type PlatformName = 'linux-x64' | 'darwin-arm64'

/** What differs between the two systems that the native core is built for. */
export interface Platform {
  readonly name: PlatformName
  /** The C library as the dynamic linker knows it. */
  readonly libc: string
  /** Environment variable with the dynamic linker's extra folders. */
  readonly libraryPathVariable: 'LD_LIBRARY_PATH' | 'DYLD_LIBRARY_PATH'
  /** File name of a shared library: `torch_cpu` → `libtorch_cpu.so`. */
  library(stem: string): string
}

const platforms: readonly Platform[] = [
  {
    name: 'linux-x64',
    libc: 'libc.so.6',
    libraryPathVariable: 'LD_LIBRARY_PATH',
    library: (stem) => `lib${stem}.so`,
  },
  {
    name: 'darwin-arm64',
    libc: '/usr/lib/libSystem.B.dylib',
    libraryPathVariable: 'DYLD_LIBRARY_PATH',
    library: (stem) => `lib${stem}.dylib`,
  },
]

/** The platform of an operating system and processor, both in Node's spelling; DeviceError for any other. */
export function platformOf(os: string, arch: string): Platform {
  const name = `${os}-${arch}`
  const platform = platforms.find((candidate) => candidate.name === name)
  if (platform) return platform
  throw new DeviceError(`no native core for ${name}`, {
    hint: `it runs on ${platforms.map((candidate) => candidate.name).join(' and ')}`,
  })
}
