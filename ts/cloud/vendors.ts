import type { CloudJob } from './cloud-job.ts'
import type { KubernetesOptions, SkypilotOptions, VertexOptions } from './cloud-options.ts'
import { kubernetesJob, kubernetesState, kubernetesSubmit } from './kubernetes.ts'
import { readSkypilotState, skypilotState, skypilotSubmit, skypilotTask } from './skypilot.ts'
import type { JobFile, JobState, Vendor } from './vendor.ts'
import { vertexJob, vertexState, vertexSubmit } from './vertex.ts'

function only(file: JobFile): CloudJob {
  const [job] = file.jobs
  if (!job) throw new TypeError(`${file.name} describes no trial`)
  return job
}

export function vertexVendor(options: VertexOptions): Vendor {
  return {
    place: 'on Vertex AI',
    resumesByItself: false,
    files: (jobs) =>
      jobs.map((job) => ({
        name: `${job.number}.vertex.yaml`,
        content: vertexJob(job, options),
        jobs: [job],
      })),
    submit: (file, path) => vertexSubmit(only(file), path, options),
    handle: (_, job, printed) => printed.trim().split('\n').at(-1) || job.name,
    state: {
      command: (handle) => vertexState(handle, options),
      read(_, printed): JobState {
        const state = printed.trim().replace(/^JOB_STATE_/, '')
        if (/^CANCELL(ED|ING)$/.test(state)) return 'cancelled'
        if (/^(SUCCEEDED|FAILED|EXPIRED|PARTIALLY_SUCCEEDED)$/.test(state)) return 'ended'
        return /^(QUEUED|PENDING|RUNNING|PAUSED|UPDATING)$/.test(state) ? 'active' : 'unknown'
      },
    },
  }
}

export function skypilotVendor(options: SkypilotOptions): Vendor {
  return {
    place: 'by SkyPilot',
    resumesByItself: true,
    files: (jobs) =>
      jobs.map((job) => ({
        name: `${job.number}.skypilot.yaml`,
        content: skypilotTask(job, options),
        jobs: [job],
      })),
    submit: (file, path) => skypilotSubmit(only(file), path, options),
    handle: (_, job) => job.name,
    state: { command: skypilotState, read: readSkypilotState },
  }
}

interface KubernetesStatus {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly failedIndexes?: string
  }
}

/** `variable` is where a pod finds the words of all trials. */
export function kubernetesVendor(options: KubernetesOptions, variable: string): Vendor {
  const nameOf = (jobs: readonly CloudJob[], attempt: number): string =>
    `${(jobs[0]?.name ?? 'ct').replace(/-\d+$/, '')}-try-${attempt}`
  return {
    place: 'on Kubernetes',
    resumesByItself: true,
    files(jobs, attempt) {
      if (jobs.length === 0) return []
      const name = nameOf(jobs, attempt)
      return [
        {
          name: `try-${attempt}.kubernetes.yaml`,
          content: kubernetesJob(jobs, name, options, variable),
          jobs,
        },
      ]
    },
    submit: (_, path) => kubernetesSubmit(path),
    handle(file, job) {
      const { name } = (file.content as ReturnType<typeof kubernetesJob>).metadata
      return `${name}#${file.jobs.indexOf(job)}`
    },
    state: {
      command: (handle) => kubernetesState(handle.split('#')[0] ?? '', options),
      read(handle, printed): JobState {
        const { status } = JSON.parse(printed) as KubernetesStatus
        const isOver = status?.conditions?.some(
          (one) => /^(Complete|Failed)$/.test(one.type) && one.status === 'True',
        )
        const index = Number(handle.split('#')[1])
        return isOver || hasIndex(status?.failedIndexes ?? '', index) ? 'ended' : 'active'
      },
    },
  }
}

/** Whether a list such as `1,3-5` holds a number. */
function hasIndex(list: string, index: number): boolean {
  return list.split(',').some((part) => {
    const [first, last = first] = part.split('-').map((text) => (text === '' ? Number.NaN : Number(text)))
    return first !== undefined && last !== undefined && first <= index && index <= last
  })
}
