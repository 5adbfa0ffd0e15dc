export declare const root: string;
/** An import of a file of ours, by its path below the root. */
export interface Import {
    readonly target: string;
    /** `import type`: gone at run time. */
    readonly typeOnly: boolean;
}
/** Paths below the root, sorted. */
export declare function filesLike(...patterns: readonly string[]): string[];
export declare function textOf(file: string): string;
export declare function importsOf(file: string): Import[];
/** Every module that runs, with what it imports. */
export declare function moduleGraph(): Map<string, Import[]>;
