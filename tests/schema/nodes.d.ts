import type { ConfigNode } from '../../ts/config/node.ts';
/** Plain JSON as nodes; integers stay integers. */
export declare function nodeOf(value: unknown): ConfigNode;
