/** A server that answers what `wandb sync` asks and remembers what it was sent. */
export interface WandbServer {
    readonly url: string;
    /** Rows of wandb-history.jsonl by run, in order. */
    readonly history: Map<string, Record<string, unknown>[]>;
    readonly summary: Map<string, Record<string, unknown>>;
    readonly exitCodes: Map<string, number>;
    readonly files: Map<string, Uint8Array>;
    readonly configs: Record<string, unknown>[];
    readonly artifacts: Record<string, unknown>[];
    readonly operations: string[];
    /** Lines of output.log and of wandb-events.jsonl by run. */
    readonly console: Map<string, string[]>;
    readonly events: Map<string, Record<string, unknown>[]>;
    readonly authorizations: Set<string>;
    /** What is answered instead, while it is there: an outage. */
    failing: (() => Response | Promise<Response>) | undefined;
    stop(): void;
}
export declare function wandbServer(): WandbServer;
