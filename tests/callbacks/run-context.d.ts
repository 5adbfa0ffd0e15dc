import { type LogRecord } from '../../ts/logging/logger.ts';
import type { Evaluation, Picture } from '../../ts/native/engine.ts';
import type { OpenReport, Plan, Split, TrainReport } from '../../ts/native/spec.d.ts';
import type { EpochEvent, RunContext, Scalars, SpanEvent, ValidationEvent } from '../../ts/train/callback.ts';
import { History } from '../../ts/train/history.ts';
/** A small run without an engine: what callbacks see of one. Parts may be replaced. */
export interface RunOptions {
    readonly directory?: string;
    readonly classes?: readonly string[];
    readonly samples?: number;
    readonly plan?: Partial<Plan>;
    readonly train?: Partial<Plan['train']>;
    readonly model?: Partial<OpenReport>;
    readonly history?: History;
    readonly picture?: (split: Split, sample: number) => Promise<Picture>;
}
export interface TestRun {
    readonly context: RunContext;
    readonly lines: LogRecord[];
}
export declare function testRun(options?: RunOptions): TestRun;
/** One colour, another one for each sample. */
export declare function flatPicture(width: number, height: number, sample: number): Picture;
/** The report of a span of `steps` optimizer steps that ends at `step`. */
export declare function trainReport(epoch: number, step: number, steps: number, changes?: Partial<TrainReport>): TrainReport;
export declare function spanEvent(epoch: number, step: number, steps: number, changes?: Partial<TrainReport>): SpanEvent;
/** The end of an epoch of four steps. `evaluation: null` is an epoch without validation. */
export declare function epochEvent(epoch: number, scalars: Scalars, options?: {
    readonly evaluation?: Evaluation | null;
    readonly step?: number;
    readonly train?: Partial<TrainReport>;
}): EpochEvent;
/** A validation within an epoch (`batch` > 0) or at its end. */
export declare function validationEvent(epoch: number, scalars: Scalars, changes?: Partial<ValidationEvent>): ValidationEvent;
/** What one forward pass gave, from logits and labels; its report holds only what follows from them. */
export declare function evaluation(logits: readonly (readonly number[])[], labels: readonly number[]): Evaluation;
