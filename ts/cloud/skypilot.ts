import { resumable } from '../sweep/exit-policy.ts'
import type { CloudJob } from './cloud-job.ts'
import type { SkypilotOptions } from './cloud-options.ts'
import type { JobState } from './vendor.ts'

const accelerators: Readonly<Record<SkypilotOptions['gpu'], string | undefined>> = {
  none: undefined,
  t4: 'T4',
  l4: 'L4',
  a100: 'A100',
  h100: 'H100',
}

/** Where the image's entry point is: SkyPilot runs a shell in the container instead of it. */
const entryPoint = ['bun', '/app/ts/cli/main.ts']

/** A task of SkyPilot, as `sky jobs launch` reads it. */
export function skypilotTask(job: CloudJob, options: SkypilotOptions) {
  const accelerator = accelerators[options.gpu]
  return {
    name: job.name,
    resources: {
      ...(options.infra !== null && { infra: options.infra }),
      ...(accelerator !== undefined && { accelerators: `${accelerator}:${options.gpu_count}` }),
      image_id: `docker:${options.image}`,
      use_spot: options.spot,
      disk_size: options.disk_gb,
      job_recovery: {
        // Saved, or ended by a signal, and can go on: the same command does that on the next machine. Nothing else is tried
        // again there: SkyPilot's `max_restarts_on_errors` would start what the configuration or the data is at fault for.
        recover_on_exit_codes: [resumable, 143],
      },
    },
    ...(job.buckets.length > 0 && {
      file_mounts: Object.fromEntries(
        job.buckets.map((bucket) => [`/gcs/${bucket}`, { source: `gs://${bucket}`, mode: 'MOUNT' }]),
      ),
    }),
    envs: job.env,
    ...(options.secrets !== null && {
      // Their values come from the environment of `sky jobs launch --secret NAME`.
      secrets: Object.fromEntries(options.secrets.map((name) => [name, null])),
    }),
    run: `exec ${[...entryPoint, ...job.args].map(shellWord).join(' ')}\n`,
  }
}

export function skypilotSubmit(job: CloudJob, file: string, options: SkypilotOptions): string[] {
  const secrets = (options.secrets ?? []).flatMap((name) => ['--secret', name])
  return ['sky', 'jobs', 'launch', '--yes', '--detach-run', '--name', job.name, ...secrets, file]
}

/** All managed jobs of the user: SkyPilot tells of a single one only with its log. */
export function skypilotState(): string[] {
  return ['sky', 'jobs', 'queue', '--all', '-o', 'json']
}

interface ManagedJob {
  readonly job_id?: number
  readonly job_name?: string
  readonly status?: string
}

/** How the newest job of this name stands, by what `skypilotState` printed; words may stand before the list. */
export function readSkypilotState(name: string, printed: string): JobState {
  let jobs: readonly ManagedJob[]
  try {
    jobs = JSON.parse(printed.slice(printed.search(/^\[/m))) as readonly ManagedJob[]
  } catch {
    return 'unknown'
  }
  const newest = jobs
    .filter((job) => job.job_name === name)
    .toSorted((one, other) => (other.job_id ?? 0) - (one.job_id ?? 0))[0]
  const status = newest?.status ?? ''
  if (/^CANCELL(ED|ING)$/.test(status)) return 'cancelled'
  if (/^(SUCCEEDED|FAILED\w*)$/.test(status)) return 'ended'
  return /^(PENDING|SUBMITTED|STARTING|RUNNING|RECOVERING)$/.test(status) ? 'active' : 'unknown'
}

/** A word that a POSIX shell reads as it is. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
