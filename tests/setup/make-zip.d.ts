export interface ZipPart {
    readonly name: string;
    readonly content: string | Uint8Array;
    readonly stored?: boolean;
    /** Replaces the right checksum. */
    readonly crc?: number;
}
/** A zip archive in memory, as small as the format allows. */
export declare function makeZip(parts: readonly ZipPart[]): Buffer;
