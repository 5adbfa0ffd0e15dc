import type { ConfigNode, MapNode } from '../../../ts/config/node.ts';
/** One case of the recorded behaviour: what goes in, what must come out. */
export interface Vector {
    readonly id: string;
    readonly kind: string;
    readonly input: MapNode;
    readonly expect: MapNode;
    /** What a better implementation may do instead of, or on top of, the reference. */
    readonly mayDiffer: string | undefined;
}
export interface VectorFile {
    readonly vectors: readonly Vector[];
    /** Files that `use: NAME` adds to a case. */
    readonly fileSets: ReadonlyMap<string, ReadonlyMap<string, string>>;
}
/** Where the vectors lie, by the environment. */
export declare function vectorPath(): string;
/** Undefined where the file is not there. */
export declare function readVectors(path?: string): VectorFile | undefined;
export declare function asMap(node: ConfigNode | undefined): MapNode;
export declare function asList(node: ConfigNode | undefined): readonly ConfigNode[];
export declare function textOf(node: ConfigNode | undefined): string;
export declare function optionalText(node: ConfigNode | undefined): string | undefined;
export declare function texts(node: ConfigNode | undefined): string[];
