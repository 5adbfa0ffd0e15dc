import type { Composition } from '../compose-tree.ts'
import type { LaunchJob } from '../launcher.ts'
import type { Override } from '../overrides/value.ts'
import type { Surroundings } from './program.ts'

/** What a program's sweepers and launchers know of a sweep. */
export interface SweepContext {
  /** The master configuration: what all jobs share. */
  readonly master: Composition
  /** Where the sweep's files lie, absolute; in a dry run it need not be there. */
  readonly directory: string
  /** A name that no other sweep has; the same when the sweep goes on. */
  readonly id: string
  /** What starts a job on this machine, without its overrides. */
  readonly command: readonly string[]
  /** Where the configuration comes from, as flags: also part of `command`. */
  readonly flags: readonly { readonly name: string; readonly value: string }[]
  /** Overrides of Hydra's own keys that all jobs share, as words. */
  readonly hydraWords: readonly string[]
  /** What is swept over, with what stays the same; `hydra.sweeper.params` first. */
  readonly words: readonly Override[]
  /** The message that makes a process a job of this sweep. */
  readonly message: (job: LaunchJob) => string
  readonly around: Surroundings
  readonly log: (level: 'INFO' | 'WARNING', message: string) => void
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly interrupt: AbortSignal
}
