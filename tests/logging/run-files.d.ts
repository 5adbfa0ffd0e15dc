import type { SinkContext } from '../../ts/logging/define.ts';
import type { ExperimentSink, MetricRow } from '../../ts/logging/experiment.ts';
export declare const scratch: () => string;
/** What a process that was killed has left of a folder: a copy, which no timer of this process writes to any more. */
export declare function leftBehind(directory: string): string;
/** A context whose log lines can be looked at. */
export declare function sinkContext(directory: string, resumedStep?: number | null): {
    context: SinkContext;
    lines: string[];
};
export declare function writePng(path: string, color: string): Buffer;
export declare const row: (step: number, scalars: Record<string, number>) => MetricRow;
/** Does as the recorder does: the metrics file first, then the sink. */
export declare function recorded(directory: string, sink: ExperimentSink, keepBytes?: number): {
    row: (event: MetricRow) => void;
    bytes: () => number;
};
