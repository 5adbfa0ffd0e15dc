/** One instruction; continued lines are joined and comments left out. */
export interface Instruction {
    readonly name: string;
    /** `--name=value` words before the rest, names without dashes. */
    readonly flags: readonly {
        readonly name: string;
        readonly value: string;
    }[];
    /** Everything else, as it is written. */
    readonly text: string;
}
export interface Stage {
    readonly name: string;
    /** An image or an earlier stage, with the global arguments filled in. */
    readonly from: string;
    readonly instructions: readonly Instruction[];
}
/** A Dockerfile without here-documents. `args` override those before the first FROM. */
export declare function parseDockerfile(text: string, args?: Readonly<Record<string, string>>): Stage[];
/** `$NAME` and `${NAME}` with their values; nothing where there is none. */
export declare function fillIn(text: string, values: Readonly<Record<string, string>>): string;
/** `A=1 B="two words"`, as ARG, ENV and LABEL have it; an ARG without a value is not there. */
export declare function pairs(text: string): Record<string, string>;
