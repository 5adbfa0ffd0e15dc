/**
 * `wandb sync` of the official package beside `python`, on the folders `logs`, against a server that stands in for the API:
 * its exit code and what it said. All that it keeps goes into `home`.
 */
export declare function officialSync(python: string, server: {
    readonly url: string;
}, logs: readonly string[], home: string): Promise<[code: number, said: string]>;
