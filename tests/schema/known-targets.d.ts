import type { Target } from '../../ts/config/target.ts';
/** What the program itself knows; experiment loggers that it does not have are only parsed here. */
export declare const callbacks: readonly Target[];
export declare const loggers: readonly Target[];
