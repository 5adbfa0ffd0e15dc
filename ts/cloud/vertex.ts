import type { CloudJob } from './cloud-job.ts'
import type { VertexOptions } from './cloud-options.ts'

/** Machines that carry a GPU, as Vertex AI pairs them. */
const machines: Readonly<Record<VertexOptions['gpu'], { machine: string; accelerator?: string }>> = {
  none: { machine: 'n2-standard-8' },
  t4: { machine: 'n1-standard-8', accelerator: 'NVIDIA_TESLA_T4' },
  l4: { machine: 'g2-standard-8', accelerator: 'NVIDIA_L4' },
  a100: { machine: 'a2-highgpu-1g', accelerator: 'NVIDIA_TESLA_A100' },
  h100: { machine: 'a3-highgpu-1g', accelerator: 'NVIDIA_H100_80GB' },
}

/** A `CustomJobSpec` of Vertex AI, as `gcloud ai custom-jobs create --config` reads it. */
export function vertexJob(job: CloudJob, options: VertexOptions) {
  const { machine, accelerator } = machines[options.gpu]
  return {
    workerPoolSpecs: [
      {
        machineSpec: {
          machineType: options.machine ?? machine,
          ...(accelerator !== undefined && {
            acceleratorType: accelerator,
            acceleratorCount: options.gpu_count,
          }),
        },
        replicaCount: '1',
        diskSpec: { bootDiskType: 'pd-ssd', bootDiskSizeGb: options.disk_gb },
        containerSpec: {
          imageUri: options.image,
          args: job.args,
          env: Object.entries(job.env).map(([name, value]) => ({ name, value })),
        },
      },
    ],
    scheduling: {
      timeout: `${Math.round(options.hours * 3600)}s`,
      strategy: options.spot ? 'SPOT' : 'STANDARD',
      // A machine that is taken away comes back with the same command, which goes on.
      restartJobOnWorkerRestart: true,
    },
    ...(options.service_account !== null && { serviceAccount: options.service_account }),
  }
}

export function vertexSubmit(job: CloudJob, file: string, options: VertexOptions): string[] {
  return [
    ...['gcloud', 'ai', 'custom-jobs', 'create'],
    ...['--project', options.project, '--region', options.region],
    ...['--display-name', job.name, '--config', file, '--format', 'value(name)'],
  ]
}

export function vertexState(handle: string, options: VertexOptions): string[] {
  return [
    ...['gcloud', 'ai', 'custom-jobs', 'describe', handle],
    ...['--project', options.project, '--region', options.region, '--format', 'value(state)'],
  ]
}
