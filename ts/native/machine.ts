import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { type Platform, platformOf } from './platform.ts'

/** Where this process runs: all that finding and fetching the native parts depends on. */
export interface Machine {
  readonly platform: Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** Everything that setup keeps between runs, shared by all checkouts of a user. */
  readonly cache: string
  /** Folder of our own package.json. */
  readonly packageRoot: string
}

/** The user's cache folder for us: `XDG_CACHE_HOME` first, then the system's custom. */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  os: string,
  home: string,
): string {
  const stated = env.XDG_CACHE_HOME
  // The XDG base directory specification tells readers to ignore relative paths.
  if (stated !== undefined && isAbsolute(stated)) return join(stated, 'classifier-training')
  return join(home, os === 'darwin' ? 'Library/Caches' : '.cache', 'classifier-training')
}

/** The machine as this process sees it; DeviceError where the platform is not supported. */
export function thisMachine(): Machine {
  return {
    platform: platformOf(process.platform, process.arch),
    env: process.env,
    cache: cacheFolder(process.env, process.platform, homedir()),
    packageRoot: dirname(dirname(import.meta.dir)),
  }
}
