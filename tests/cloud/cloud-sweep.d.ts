export declare const image: string;
/** Sweeps in the cloud as far as this machine sees them: vendors' commands that write down their words, and a bucket. */
export interface CloudSweep {
    readonly folder: string;
    /** `mount://…`, a folder. */
    readonly bucket: string;
    run(...words: string[]): {
        exitCode: number;
        out: string;
        err: string;
    };
    /** The words of each call of a vendor's command. */
    calls(program: string): string[][];
    /** Puts a vendor's command on the PATH: a shell script behind the writing down. */
    install(program: string, script: string): void;
    /** A job file of the sweep, and all of their names. */
    jobFile(name: string): string;
    jobFiles(): string[];
    state(): {
        id: string;
        jobs: {
            status: string;
            handle?: string;
            attempts?: number;
        }[];
    };
    /** What a trial leaves in the bucket when it ends. */
    end(trial: number, exitCode: number | null, accuracy?: number): Promise<void>;
}
export declare function cloudSweep(launcher: string, ...launcherWords: string[]): CloudSweep;
