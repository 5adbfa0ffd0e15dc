import type { Machine } from '../../ts/native/machine.ts';
/** A folder of its own in the system's temporary folder, gone at the latest when the next run starts. */
export declare function scratchFolder(): string;
export declare const silent: import("../../ts/setup/reporter.ts").Reporter;
export declare function put(path: string, content?: string | Uint8Array): string;
/** A machine whose cache and package are empty scratch folders. */
export declare function scratchMachine(env?: Machine['env'], os?: string, arch?: string): Machine;
export declare const versionHeader: (version?: string) => string;
/** The files by which a libtorch is recognised, in site-packages' layout. */
export declare function fakeLibtorch(root: string, version?: string, extension?: string): string;
export declare function sha256(content: string | Uint8Array): string;
