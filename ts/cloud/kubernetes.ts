import { hopeless } from '../sweep/exit-policy.ts'
import type { CloudJob } from './cloud-job.ts'
import type { KubernetesOptions } from './cloud-options.ts'

/** How GKE calls the GPUs of its nodes. */
const accelerators: Readonly<Record<KubernetesOptions['gpu'], string | undefined>> = {
  none: undefined,
  t4: 'nvidia-tesla-t4',
  l4: 'nvidia-l4',
  a100: 'nvidia-tesla-a100',
  h100: 'nvidia-h100-80gb',
}

/** Seconds from SIGTERM to SIGKILL; a save takes less than 20. */
const graceSeconds = 30

/** One Indexed Job for all trials: each pod takes its words by its index. `variable` is where they are given. */
export function kubernetesJob(
  jobs: readonly CloudJob[],
  name: string,
  options: KubernetesOptions,
  variable: string,
) {
  const buckets = [...new Set(jobs.flatMap((job) => job.buckets))]
  const accelerator = accelerators[options.gpu]
  const resources = {
    cpu: String(options.cpu),
    memory: `${options.memory_gb}Gi`,
    ...(accelerator !== undefined && { 'nvidia.com/gpu': String(options.gpu_count) }),
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: options.namespace, labels: { app: 'classifier-training' } },
    spec: {
      completionMode: 'Indexed',
      completions: jobs.length,
      parallelism: options.parallelism ?? jobs.length,
      backoffLimitPerIndex: options.max_restarts,
      maxFailedIndexes: jobs.length,
      podFailurePolicy: {
        rules: [
          {
            action: 'FailIndex',
            onExitCodes: { containerName: 'train', operator: 'In', values: [...hopeless] },
          },
          // A machine that was taken away, and a save on its way out, are no failures of the trial.
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'Ignore', onExitCodes: { containerName: 'train', operator: 'In', values: [75] } },
        ],
      },
      template: {
        metadata: {
          labels: { app: 'classifier-training' },
          ...(buckets.length > 0 && { annotations: { 'gke-gcsfuse/volumes': 'true' } }),
        },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: graceSeconds,
          ...(options.service_account !== null && { serviceAccountName: options.service_account }),
          ...selection(options, accelerator),
          containers: [
            {
              name: 'train',
              image: options.image,
              args: ['train'],
              env: [
                ...Object.entries(jobs[0]?.env ?? {}).map(([key, value]) => ({ name: key, value })),
                // The first word is the command, which the container's arguments are already.
                { name: variable, value: JSON.stringify(jobs.map((job) => job.args.slice(1))) },
              ],
              ...(options.secret !== null && { envFrom: [{ secretRef: { name: options.secret } }] }),
              resources: { requests: resources, limits: resources },
              ...(buckets.length > 0 && {
                volumeMounts: buckets.map((bucket) => ({ name: bucket, mountPath: `/gcs/${bucket}` })),
              }),
            },
          ],
          ...(buckets.length > 0 && {
            volumes: buckets.map((bucket) => ({
              name: bucket,
              csi: {
                driver: 'gcsfuse.csi.storage.gke.io',
                readOnly: true,
                volumeAttributes: { bucketName: bucket },
              },
            })),
          }),
        },
      },
    },
  }
}

/** Which nodes: those with the GPU, and those that may be taken away. */
function selection(options: KubernetesOptions, accelerator: string | undefined) {
  const labels = {
    ...(accelerator !== undefined && { 'cloud.google.com/gke-accelerator': accelerator }),
    ...(options.spot && { 'cloud.google.com/gke-spot': 'true' }),
    ...options.node_selector,
  }
  return {
    ...(Object.keys(labels).length > 0 && { nodeSelector: labels }),
    ...(options.spot && {
      tolerations: [
        { key: 'cloud.google.com/gke-spot', operator: 'Equal', value: 'true', effect: 'NoSchedule' },
      ],
    }),
  }
}

export function kubernetesSubmit(file: string): string[] {
  return ['kubectl', 'apply', '--filename', file]
}

export function kubernetesState(name: string, options: KubernetesOptions): string[] {
  return ['kubectl', 'get', 'job', name, '--namespace', options.namespace, '--output', 'json']
}
