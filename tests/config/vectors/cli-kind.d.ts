import type { Setup } from './setup.ts';
import { type Vector } from './vector.ts';
/** A run of the program that the vectors describe: output, exit code and files. */
export declare function checkCli(vector: Vector, setup: Setup): Promise<void>;
