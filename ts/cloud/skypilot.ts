import type { CloudJob } from './cloud-job.ts'
import type { SkypilotOptions } from './cloud-options.ts'

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
        // Saved and can go on: the same command does that on the next machine.
        recover_on_exit_codes: [75],
        max_restarts_on_errors: options.max_restarts,
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

/** A word that a POSIX shell reads as it is. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
