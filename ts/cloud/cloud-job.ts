import type { LaunchJob } from '../config/launcher.ts'
import type { SweepContext } from '../config/run/sweep-context.ts'
import { ConfigError } from '../errors/index.ts'
import type { SharedOptions } from './cloud-options.ts'

/** One trial as it runs in a container, whoever runs it. */
export interface CloudJob {
  /** Lower-case letters, digits and dashes; at most 63. */
  readonly name: string
  readonly number: number
  /** Behind the image's entry point. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Where its run folder lies, as the job is told. */
  readonly runFolder: string
  /** Buckets that its words expect below `/gcs/`. */
  readonly buckets: readonly string[]
}

/** Where the run folders of a sweep lie. */
export function sweepFolder(options: SharedOptions, context: SweepContext): string {
  return `${options.bucket.replace(/\/+$/, '')}/${context.id}`
}

export function cloudJob(each: LaunchJob, options: SharedOptions, context: SweepContext): CloudJob {
  const runFolder = `${sweepFolder(options, context)}/${each.subdirectory}`
  const args = [
    'train',
    ...flagWords(options, context),
    ...context.hydraWords.filter(isForTheJob),
    ...each.job.overrides,
    `hydra.run.dir=${runFolder}`,
  ]
  return {
    name: jobName(context.id, each.job.number),
    number: each.job.number,
    args,
    env: Object.fromEntries(
      Object.entries(options.env ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    ),
    runFolder,
    buckets: [
      ...new Set(args.flatMap((word) => /(?:^|=)\/gcs\/([a-z0-9][a-z0-9._-]*)/.exec(word)?.[1] ?? [])),
    ],
  }
}

export function jobName(sweep: string, number: number): string {
  return `ct-${sweep}-${number}`
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 63)
}

/** How the sweep itself is run is not the job's business. */
function isForTheJob(word: string): boolean {
  const key = word.replace(/^[+~]*/, '').split('=')[0] ?? ''
  return !/^hydra[./](launcher|sweeper|sweep|run|mode)\b/.test(key)
}

/** A tree of this machine is not in the image. @throws ConfigError where the job could not find it */
function flagWords(options: SharedOptions, { flags }: SweepContext): string[] {
  return flags.map(({ name, value }) => {
    if (name === '--config-name') return `${name}=${value}`
    const there = options.config_dir ?? (value.startsWith('/gcs/') ? value : undefined)
    if (there !== undefined) return `${name}=${there}`
    throw new ConfigError({
      key: 'hydra.launcher.config_dir',
      message: `${name}=${value} is a folder of this machine, which a job elsewhere does not see`,
      hint: 'build it into the image or put it in a bucket, and say where: hydra.launcher.config_dir=/gcs/BUCKET/conf',
    })
  })
}
