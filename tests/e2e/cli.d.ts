import { scratchFolder } from '../setup/scratch.ts';
export interface CliResult {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}
/** A folder that is gone when the next run of tests starts: trainings leave a gigabyte behind. */
export declare const scratch: typeof scratchFolder;
export declare function spawnCli(words: readonly string[], cwd: string, environment?: NodeJS.ProcessEnv): Bun.Subprocess<"ignore", "pipe", "pipe">;
export declare function cli(words: readonly string[], cwd: string, environment?: NodeJS.ProcessEnv): Promise<CliResult>;
/** A small generated data set. */
export declare function smallData(folder: string): Promise<string>;
/** A training of a few seconds on it. */
export declare function smallTraining(data: string, run: string, ...more: string[]): string[];
export declare function json(path: string): Promise<any>;
/** The rows of a run's metrics without what a clock decides. */
export declare function rows(run: string): Promise<Record<string, number>[]>;
/** Waits until a run has logged `wanted` rows or is over. */
export declare function firstRow(run: string, wanted?: number): Promise<void>;
/** Waits until a checkpoint of the run is complete, or the run over. */
export declare function firstCheckpoint(run: string): Promise<void>;
/** Overrides of a training on 120 generated images: seven steps in each of two epochs, a checkpoint after every `saveEvery`. */
export declare const shortTraining: (data: string, saveEvery: number) => string[];
