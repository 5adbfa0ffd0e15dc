import type { ComposeTreeOptions, Composition } from '../compose-tree.ts'
import type { JobOutcome, Launcher } from '../launcher.ts'
import type { StageOf } from '../run-directory.ts'
import type { Sweeper } from '../sweeper.ts'
import type { Job, SweepReport } from './job.ts'
import type { SweepContext } from './sweep-context.ts'

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
  /** What makes a configuration impossible: the jobs of a sweep are checked before the first starts. @throws ConfigError */
  readonly check?: ((composition: Composition) => void) | undefined
  /** Run folders that are kept elsewhere, and where they are staged. */
  readonly stageOf?: StageOf | undefined
  /** See `ComposeTreeOptions`. */
  readonly pluginDir?: string | undefined
  /** The work. Its return value is the job's result. @throws Failure */
  readonly task: (job: Job) => Promise<unknown>
  /** Runs the jobs of a sweep; default: one process each, by `command`. `run` runs one in this process. */
  readonly launcher?:
    | ((
        run: (number: number) => Promise<unknown>,
        context: SweepContext,
      ) => Launcher | undefined | Promise<Launcher | undefined>)
    | undefined
  /** Chooses the jobs of a sweep; default: every combination. */
  readonly sweeper?: ((context: SweepContext) => Promise<Sweeper | undefined>) | undefined
  /** What a job's directory says it achieved; sweepers that sample look at it. */
  readonly resultOf?: ((outcome: JobOutcome, context: SweepContext) => Promise<unknown>) | undefined
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
  /** Hydra's own log lines; default: `print`. */
  readonly printLog?: ((text: string) => void) | undefined
}
