import type { ComposeTreeOptions, Composition } from '../compose-tree.ts'
import type { Launcher } from '../launcher.ts'
import type { Job, SweepReport } from './job.ts'

/** A program whose configuration is composed: what `hydra.main` is in Python. */
export interface Program {
  /** As users call it, for help and completion. */
  readonly name: string
  readonly version: string
  /** `hydra.job.name`. */
  readonly jobName: string
  /** Default directory and primary config; `--config-path` is relative to `baseDir`. */
  readonly configDir: string
  readonly configName: string
  readonly baseDir: string
  /** Whether a `--config-dir` that holds the primary config is a tree of its own, searched before `configDir`. */
  readonly addedTreeFirst?: boolean | undefined
  /** The work. Its return value is the job's result. @throws Failure */
  readonly task: (job: Job) => Promise<unknown>
  /** Runs the jobs of a sweep; default: one process each, by `command`. */
  readonly launcher?: ((run: (number: number) => Promise<unknown>) => Launcher) | undefined
  /** The program and its fixed arguments, to start a job of a sweep with. */
  readonly command: readonly string[]
  /** What a finished sweep looks like: the table of results. */
  readonly reportSweep?: ((report: SweepReport) => string | Promise<string>) | undefined
  /** The text of `--help`; default: `hydra.help.template`. */
  readonly help?: ((options: ComposeTreeOptions) => string) | undefined
  /** The text of `--cfg plan`. */
  readonly renderPlan?: ((composition: Composition, json: boolean) => string) | undefined
  readonly allowKey?: ComposeTreeOptions['allowKey']
  readonly resolvers?: ComposeTreeOptions['resolvers']
}

/** Where a program runs. */
export interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: Date
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}
