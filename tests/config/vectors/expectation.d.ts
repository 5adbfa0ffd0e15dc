import type { ConfigNode, MapNode } from '../../../ts/config/node.ts';
import { type Vector } from './vector.ts';
/** Runs a case and compares: a result by `check`, a refusal by its class and the names it must mention. */
export declare function checkVector(vector: Vector, run: () => unknown, check: (result: never) => void): Promise<void>;
/**
 * The names that a message must have: those the reference quotes and the options it lists, as far as they come from the
 * user's own input; Python's own words do not count.
 */
export declare function requiredNames(message: string, input: MapNode): string[];
/** Compares a node with recorded YAML: byte for byte. */
export declare function expectYaml(node: ConfigNode, yaml: string): void;
/** Compares a node with recorded flow text, by its canonical YAML. */
export declare function expectFlow(node: ConfigNode, flow: string): void;
