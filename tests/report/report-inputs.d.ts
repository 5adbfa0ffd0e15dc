import type { ReportEvaluation, RunFacts } from '../../ts/report/report-data.ts';
/** A run of `count` classes whose names may be set; three images are wrong. */
export declare function runFacts(names: readonly string[], changes?: Partial<RunFacts>): RunFacts;
export declare function evaluationOf(names: readonly string[], changes?: Partial<ReportEvaluation>): ReportEvaluation;
