/** A tracking server in memory, which can be told to fail. */
export interface MlflowServer {
    readonly url: string;
    readonly metrics: {
        key: string;
        value: unknown;
        step: number;
        timestamp: number;
    }[];
    readonly params: Map<string, string>;
    readonly tags: Map<string, string>;
    readonly artifacts: Map<string, Uint8Array>;
    readonly statuses: string[];
    readonly authorizations: Set<string>;
    readonly batchSizes: number[];
    runs: number;
    /** Answers the next requests instead of the server. */
    readonly failures: (() => Response | Promise<Response>)[];
    stop(): void;
}
export declare function mlflowServer(): MlflowServer;
