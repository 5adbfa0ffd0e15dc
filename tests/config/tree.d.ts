/** A directory of configuration files below a temporary root. */
export interface TemporaryTree {
    readonly root: string;
    readonly configDir: string;
    write(files: Readonly<Record<string, string>>): void;
    remove(): void;
}
export declare function temporaryTree(files: Readonly<Record<string, string>>): TemporaryTree;
