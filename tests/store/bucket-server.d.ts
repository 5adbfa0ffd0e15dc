/** A stand-in for Google Cloud Storage's JSON API on this machine. */
export interface BucketServer {
    /** For STORAGE_EMULATOR_HOST. */
    readonly host: string;
    /** By bucket and name, `BUCKET/NAME`. */
    readonly objects: Map<string, Uint8Array>;
    /** Uploads that were refused because the object is there. */
    readonly refused: string[];
    /** Asked before each request; true answers 503. */
    isBusy: (request: Request) => boolean;
    /** Awaited when an upload's first bytes are there; true drops it. */
    onUpload: (name: string) => Promise<boolean>;
    stop(): Promise<void>;
}
/** Every upload must say that it replaces nothing; listings come in small pages. */
export declare function bucketServer(): BucketServer;
