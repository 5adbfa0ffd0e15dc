import type { Setup } from './setup.ts';
import { type Vector } from './vector.ts';
/** The candidates for a line. */
export declare function checkComplete(vector: Vector, setup: Setup): Promise<void>;
