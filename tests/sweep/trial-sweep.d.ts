import type { SweepState } from '../../ts/config/run/sweep-state.ts';
import { type TemporaryTree } from '../config/tree.ts';
/** Sweeps of stand-in trainings in a folder of their own. */
export interface TrialSweep extends TemporaryTree {
    spawn(...words: string[]): Bun.Subprocess<'ignore', 'pipe', 'pipe'>;
    run(...words: string[]): Promise<{
        exitCode: number;
        out: string;
        err: string;
    }>;
    state(): SweepState;
    /** Lines of a file of a trial; none where there is no such file. */
    lines(trial: number, file: string): string[];
}
export declare function trialSweep(): TrialSweep;
