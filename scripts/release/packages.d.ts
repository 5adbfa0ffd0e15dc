import type { PlatformName } from '../../ts/native/platform.ts';
/** Platforms that get a package with a prebuilt addon. */
export declare const releasedPlatforms: readonly PlatformName[];
export type Manifest = Record<string, unknown>;
export declare function platformPackage(platform: PlatformName): string;
/** package.json of a platform's package, which holds both halves of the addon, built from sources with this hash. */
export declare function platformManifest(root: Manifest, platform: PlatformName, version: string, sourceHash: string): Manifest;
/** package.json of the main package as it is published: its version, the platforms' packages, nothing for development. */
export declare function publishedManifest(root: Manifest, version: string): Manifest;
/** Reads a version as semantic-release makes it; throws on anything else. */
export declare function parseVersion(text: string | undefined): string;
/** npm's tag of a version: prereleases must never become what `npm install` takes. */
export declare function distributionTag(version: string): 'latest' | 'dev';
