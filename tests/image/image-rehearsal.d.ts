/** A stage that was built: its files and how a container of it starts. */
export interface BuiltStage {
    readonly layers: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly workdir: string;
    /** As USER names it. */
    readonly user: string;
    readonly args: Readonly<Record<string, string>>;
    readonly entrypoint: readonly string[];
    readonly cmd: readonly string[];
    /** Of everything that its files come from. */
    readonly hash: string;
}
export interface Rehearsal {
    /** Builds a stage and all that it needs. */
    build(target: string): BuiltStage;
    /** The command of this machine that runs `words` in a container of a stage. `volumes`: path there → folder here. */
    container(stage: BuiltStage, words: readonly string[], volumes?: Readonly<Record<string, string>>): string[];
}
/**
 * Follows a Dockerfile step by step without a container engine: each stage is a stack of folders, each RUN a shell with that
 * stack as its root. `folder` keeps stages, so that a later rehearsal repeats only what changed.
 */
export declare function imageRehearsal(root: string, folder: string, buildArgs: Readonly<Record<string, string>>): Rehearsal;
