/** What a room of `ts/` may import. */
export interface Arrows {
    readonly values: readonly string[];
    /** Of these, types only. */
    readonly types?: readonly string[];
}
/** The arrows of ARCHITECTURE.md. Below `verbs`, the native half is known by its types alone. */
export declare const arrows: Readonly<Record<string, Arrows>>;
/** What is known of the native half where only its types are. */
export declare const nativeTypes: string[];
/** What a crate may depend on, of ours. */
export declare const crates: Readonly<Record<string, readonly string[]>>;
