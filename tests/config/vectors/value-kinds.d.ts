import type { Setup } from './setup.ts';
import { type Vector } from './vector.ts';
/** `key=TEXT`: the value alone. */
export declare function checkValue(vector: Vector): Promise<void>;
/** A whole override word. */
export declare function checkOverride(vector: Vector): Promise<void>;
/** A value as the sweeper writes it into a job. */
export declare function checkRoundtrip(vector: Vector): Promise<void>;
/** Sweep arguments to the words of each job. */
export declare function checkExpand(vector: Vector, setup: Setup): Promise<void>;
