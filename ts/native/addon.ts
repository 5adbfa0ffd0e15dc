import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Machine } from './machine.ts'
import { sourceHash } from './source-hash.ts'

/** The whole native core, which needs libtorch. */
export const addonFile = 'classifier_training.node'

/** Its half that reads data sets and pictures and needs nothing. */
export const imagesFile = 'classifier_images.node'

export type AddonFile = typeof addonFile | typeof imagesFile

export interface AddonSearch {
  readonly path: string | undefined
  readonly origin: 'package' | 'cache' | undefined
  readonly tried: readonly string[]
  /** Hash of the sources that the addon must have been built from. */
  readonly hash: string
}

/** Where an addon built from sources with this hash lies. */
export function cachedAddon(machine: Machine, hash: string, file: AddonFile = addonFile): string {
  return join(machine.cache, 'addon', hash, file)
}

/** A checkout has a lock file beside its package.json; a published package has none. */
export function isCheckout(packageRoot: string): boolean {
  return existsSync(join(packageRoot, 'bun.lock'))
}

/**
 * The prebuilt platform package, then the cache.
 * In a checkout the sources may have been edited, so a prebuilt addon counts only if it carries their hash.
 */
export function findAddon(machine: Machine, file: AddonFile = addonFile): AddonSearch {
  const hash = sourceHash(machine)
  const tried: string[] = []
  const prebuilt = findPrebuilt(machine, hash, file)
  if ('path' in prebuilt) return { path: prebuilt.path, origin: 'package', tried: [prebuilt.path], hash }
  tried.push(prebuilt.reason)

  const cached = cachedAddon(machine, hash, file)
  if (existsSync(cached)) return { path: cached, origin: 'cache', tried: [...tried, cached], hash }
  tried.push(`${cached}: not there`)
  return { path: undefined, origin: undefined, tried, hash }
}

function findPrebuilt(
  machine: Machine,
  hash: string,
  file: AddonFile,
): { path: string } | { reason: string } {
  const name = `@classifier-training/${machine.platform.name}`
  const own = readPackage(join(machine.packageRoot, 'package.json'))
  let manifest: string
  try {
    manifest = createRequire(join(machine.packageRoot, 'package.json')).resolve(`${name}/package.json`)
  } catch {
    return { reason: `${name}: not installed` }
  }
  const theirs = readPackage(manifest)
  const path = join(dirname(manifest), file)
  if (!existsSync(path)) return { reason: `${path}: not there` }
  if (theirs.sourceHash === hash) return { path }
  if (isCheckout(machine.packageRoot))
    return { reason: `${path}: built from other sources than this checkout's` }
  if (theirs.version !== own.version)
    return { reason: `${path}: version ${theirs.version}, ${own.version} is needed` }
  return { path }
}

function readPackage(file: string): { version: string; sourceHash: string | undefined } {
  const value = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  return {
    version: typeof value.version === 'string' ? value.version : 'unknown',
    sourceHash: typeof value.sourceHash === 'string' ? value.sourceHash : undefined,
  }
}
