import type { Session } from '../../ts/native/engine.ts';
import type { Plan } from '../../ts/native/spec.d.ts';
import type { Callback } from '../../ts/train/callback.ts';
import { type LoopResult } from '../../ts/train/loop.ts';
import type { LoopOptions } from '../../ts/train/loop-options.ts';
import { Run } from '../../ts/train/run.ts';
export declare const world: {
    classes: string[];
    trainBatches: number;
    valImages: number;
};
export declare const defaults: LoopOptions;
export interface MemoryRun {
    readonly result: LoopResult;
    readonly weights: string;
    readonly directory: string;
    readonly warnings: string[];
    readonly run: Run;
}
export declare function temporaryFolder(): string;
/** The parts of a plan that the loop and the stand-in engine read. */
export declare function memoryPlan(accumulate?: number): Plan;
/** Runs (or resumes) a training on the stand-in engine in `directory`; `around` may change how the session answers. */
export declare function memoryRun(directory: string, callbacks?: readonly Callback[], changes?: Partial<LoopOptions>, interrupt?: AbortSignal, bestMonitor?: string, around?: (session: Session) => Session): Promise<MemoryRun>;
