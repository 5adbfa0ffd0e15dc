/** What a plan must know of the machine that it will run on. */
export interface MachineFacts {
  /** Usable processor cores. */
  readonly cores: number
  /** What `accelerator: auto` takes. */
  readonly accelerator: 'cpu' | 'cuda' | 'mps'
  /** Whether that accelerator computes in bfloat16 at speed. */
  readonly bf16: boolean
}
