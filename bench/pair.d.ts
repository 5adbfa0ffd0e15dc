/** One side of a comparison: a command whose last stdout line is JSON. */
export interface Side {
    readonly name: string;
    readonly command: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
}
/** A command's last line. */
export type Answer = Readonly<Record<string, unknown>>;
/** A figure's median with its spread. */
export interface Spread {
    readonly median: number;
    readonly min: number;
    readonly max: number;
}
export interface Paired {
    readonly a: Spread;
    readonly b: Spread;
    /** a / b, pair by pair. */
    readonly ratio: Spread;
    /** What both said in the last round. */
    readonly last: readonly [a: Answer, b: Answer];
}
/** Runs A B A B … for `rounds` counted rounds after one that is not, and reads `figure` off each answer. */
export declare function paired(a: Side, b: Side, rounds: number, figure: (answer: Answer) => number): Promise<Paired>;
export declare function spread(values: readonly number[]): Spread;
/** Runs a command once and reads its last line. */
export declare function answer(side: Side): Promise<Answer>;
