import { Repository } from '../../../ts/config/sources/repository.ts';
import { type Vector, type VectorFile } from './vector.ts';
/** The directory that a case runs in. */
export interface CaseDirectory {
    readonly root: string;
    readonly configDir: string;
    readonly env: Readonly<Record<string, string | undefined>>;
}
/** Lays out the files of cases in a temporary directory. */
export declare class Setup {
    #private;
    constructor(file: VectorFile);
    directory(vector: Vector): CaseDirectory;
    /** Undefined where the case has no files. */
    repository(vector: Vector): Repository | undefined;
    clean(): void;
}
/** The process's environment with the case's variables; null takes one away. */
export declare function environment(vector: Vector, root: string): Record<string, string | undefined>;
