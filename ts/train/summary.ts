import type { InspectReport } from '../native/spec.d.ts'
import type { Scalars } from './callback.ts'
import type { Best } from './run-state.ts'

/** `summary.json`, as INTERFACE names its keys. */
export interface Summary {
  readonly status: 'completed' | 'stopped' | 'interrupted' | 'failed'
  readonly reason: string | null
  readonly epochs: number
  readonly steps: number
  readonly best: Best | null
  readonly final: Scalars
  readonly test: Scalars | null
  readonly weights_sha256: string | null
  readonly ema_sha256: string | null
  readonly timing: Timing
  readonly peak_rss_mb: number
  readonly peak_device_mb: number | null
  readonly resumed_from: readonly string[]
  readonly skipped_images: readonly { readonly path: string; readonly reason: string }[]
  readonly versions: Readonly<Record<string, string>>
}

export interface Timing {
  /** Process start to the end of the first span; `null` where no step was made. */
  readonly start_to_first_step_s: number | null
  /** Steps and waiting for their data. */
  readonly train_s: number
  /** Of `train_s`: the engine waited for a batch. */
  readonly wait_data_s: number
  /** Of `train_s`: forward, backward, optimizer, EMA. */
  readonly step_s: number
  readonly validation_s: number
  /** Training waited for checkpoints: their copies in memory, and a disk that was still busy. */
  readonly checkpoint_s: number
  /** Checkpoints on their way to the disk, beside training. */
  readonly checkpoint_write_s: number
  /** What the callbacks themselves took; what they ask for is not in it. */
  readonly callbacks_s: number
  readonly total_s: number
  /** Images trained over `train_s`. */
  readonly images_per_second: number
}

export interface TimingFacts {
  /** `Date.now()` at the start of the process. */
  readonly startedAt: number
  readonly callbacks: number
  readonly total: number
  readonly images: number
  /** What training waited for the disk outside the engine. */
  readonly waitedForDisk: number
}

/** The engine's ledger and the process's clock as one. Seconds. */
export function timing({ ledger }: InspectReport, facts: TimingFacts): Timing {
  const train = ledger.step_s + ledger.wait_data_s
  return {
    start_to_first_step_s:
      ledger.first_step_unix_ms === null ? null : (ledger.first_step_unix_ms - facts.startedAt) / 1000,
    train_s: train,
    wait_data_s: ledger.wait_data_s,
    step_s: ledger.step_s,
    validation_s: ledger.validation_s,
    checkpoint_s: ledger.checkpoint_s + facts.waitedForDisk,
    checkpoint_write_s: ledger.checkpoint_write_s,
    callbacks_s: facts.callbacks,
    total_s: facts.total,
    images_per_second: train > 0 ? facts.images / train : 0,
  }
}
