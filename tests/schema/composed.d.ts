import type { MapNode } from '../../ts/config/node.ts';
/** A configuration written in a test, as the composer would hand it over. */
export declare function tree(text: string, file?: string): MapNode;
/** A primary config of a folder, composed with overrides and resolved. */
export declare function composed(configDir: string, configName: string, overrides?: readonly string[]): {
    tree: MapNode;
    unresolved: MapNode;
};
