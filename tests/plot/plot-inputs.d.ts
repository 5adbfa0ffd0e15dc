import type { HeatMap } from '../../ts/plot/heat-overlay.ts';
import type { RgbPicture } from '../../ts/plot/picture.ts';
import type { Prediction } from '../../ts/plot/prediction-tile.ts';
import type { TrainingHistoryInput } from '../../ts/plot/training-history.ts';
/** Names that a data set may bring along. */
export declare const hostileNames: string[];
/** A matrix in which every class is found mostly and mistaken for its neighbours. */
export declare function bandedConfusion(numClasses: number): Uint32Array;
/** A picture with a gradient, so that turning and mirroring it would show. */
export declare function gradientPicture(width: number, height: number): RgbPicture;
export declare function prediction(changes?: Partial<Prediction>): Prediction;
/** Curves of `epochs` epochs. */
export declare function historyOf(epochs: number): TrainingHistoryInput;
/** Heat around one place. */
export declare function warmSpot(): HeatMap;
