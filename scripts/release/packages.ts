import { addonFile, imagesFile } from '../../ts/native/addon.ts'
import type { PlatformName } from '../../ts/native/platform.ts'
import { typesOf } from './emit-types.ts'

/** Platforms that get a package with a prebuilt addon. */
export const releasedPlatforms: readonly PlatformName[] = ['linux-x64', 'darwin-arm64']

export type Manifest = Record<string, unknown>

export function platformPackage(platform: PlatformName): string {
  return `@classifier-training/${platform}`
}

/** package.json of a platform's package, which holds both halves of the addon, built from sources with this hash. */
export function platformManifest(
  root: Manifest,
  platform: PlatformName,
  version: string,
  sourceHash: string,
): Manifest {
  const [os, cpu] = platform.split('-')
  return {
    name: platformPackage(platform),
    version,
    description: `The native core of classifier-training for ${platform}`,
    license: root.license,
    repository: root.repository,
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' ? { libc: ['glibc'] } : {}),
    files: [addonFile, imagesFile],
    main: addonFile,
    sourceHash,
  }
}

/** The modules that programs import, by what they write behind the package's name. */
export function modulesOf(root: Manifest): Readonly<Record<string, string>> {
  return root.exports as Record<string, string>
}

/**
 * package.json of the main package as it is published: its version, its declarations, the platforms' packages, nothing for
 * development.
 */
export function publishedManifest(root: Manifest, version: string): Manifest {
  const { devDependencies: _development, scripts: _scripts, ...rest } = root
  const platforms = releasedPlatforms.map((platform): [string, string] => [
    platformPackage(platform),
    version,
  ])
  const modules = Object.entries(modulesOf(root)).map(([name, module]) => [
    name,
    { types: typesOf(module), default: module },
  ])
  return {
    ...rest,
    version,
    exports: Object.fromEntries(modules),
    files: [...(root.files as string[]), 'types'],
    optionalDependencies: Object.fromEntries(platforms),
  }
}

/** Reads a version as semantic-release makes it; throws on anything else. */
export function parseVersion(text: string | undefined): string {
  if (text !== undefined && /^\d+\.\d+\.\d+(-dev\.\d+)?$/.test(text)) return text
  throw new Error(`${JSON.stringify(text)} is no version like 1.2.3 or 1.2.3-dev.4`)
}

/** npm's tag of a version: prereleases must never become what `npm install` takes. */
export function distributionTag(version: string): 'latest' | 'dev' {
  return version.includes('-dev.') ? 'dev' : 'latest'
}
