import type { CloudJob } from './cloud-job.ts'

/** A file that a vendor's command reads, for one trial or for several. */
export interface JobFile {
  /** Without folder. */
  readonly name: string
  readonly content: unknown
  readonly jobs: readonly CloudJob[]
}

/** `cancelled`: a person ended it, who does not want it started again. */
export type JobState = 'active' | 'ended' | 'cancelled' | 'unknown'

/** Where trials run: how they are described, submitted and asked after. Pure but for what the caller runs. */
export interface Vendor {
  /** For the log: `on Vertex AI`. */
  readonly place: string
  /** Whether a trial that saved and ended with 75 is started again by the vendor itself. */
  readonly resumesByItself: boolean
  files(jobs: readonly CloudJob[], attempt: number): JobFile[]
  submit(file: JobFile, path: string): readonly string[]
  /** What a job is called from now on, by what the command printed. */
  handle(file: JobFile, job: CloudJob, printed: string): string
  /** Asks how a job stands; undefined where the vendor's command cannot tell. */
  readonly state?:
    | {
        command(handle: string): readonly string[]
        read(handle: string, printed: string): JobState
      }
    | undefined
}
