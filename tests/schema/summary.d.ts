import type { DatasetSummary, Split } from '../../ts/native/spec.d.ts';
/** A scan's answer with the given images per class. */
export declare function summaryOf(classes: readonly string[], perClass: Partial<Record<Split, readonly number[]>>): DatasetSummary;
/** 43 jersey numbers, as many images as the real data set has. */
export declare const jerseys: DatasetSummary;
