import type { MountFiles } from '../../ts/store/mount-files.ts';
/** What the file system answers instead of doing its work. */
export interface Fault {
    readonly code: 'EIO' | 'ESTALE' | 'KILL';
    /** Bytes of a write that reach the bucket before the fault; only `KILL` leaves them behind under the name. */
    readonly after?: number;
}
/** A bucket mounted as a folder, stricter than any real one. */
export interface StrictMount extends MountFiles {
    /** What is in the bucket, for the tests to look at and to damage. */
    readonly objects: Map<string, Uint8Array>;
    /** Operations so far. */
    readonly operations: readonly string[];
    /** Asked before each operation: its number from 0, what it is, the path. */
    fault: (number: number, operation: string, path: string) => Fault | undefined;
    /** Awaited before each operation, which a machine that stands still does not come to. */
    gate: (number: number) => Promise<void>;
}
/** A process that was killed does nothing more, and nobody is there to see an error. */
export declare class Killed extends Error {
}
/**
 * Files appear when they are closed, all at once. Nothing is replaced, appended to or renamed: there is no way to ask for
 * it, and opening what is there is refused. Two writers of one name: the second to close gets ESTALE. `objects` may be those of
 * another mount, on another machine.
 */
export declare function strictMount(objects?: Map<string, Uint8Array<ArrayBufferLike>>): StrictMount;
/** The same bucket as another machine sees it. */
export declare function sameBucket(mount: StrictMount): StrictMount;
