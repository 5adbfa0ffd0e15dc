import { join } from 'node:path'
import { FileList, type ListedFile } from './file-list.ts'
import { type KeptRun, writeKept } from './kept-run.ts'
import { MetricCursor } from './metric-cursor.ts'
import { type MlflowClient, MlflowError } from './mlflow-client.ts'
import {
  createRun,
  type OpenRun,
  reopenRun,
  sendArtifact,
  sendMetrics,
  sendParameters,
} from './mlflow-run.ts'
import { thumbnail } from './stepped-image.ts'

/** The most that the server takes in one request. */
const MOST_METRICS = 1000

export interface DeliveryRequest {
  readonly directory: string
  readonly client: MlflowClient
  readonly kept: KeptRun
  /** Earlier processes wrote to this run. */
  readonly goesOn: boolean
  /** Called once the run is there. */
  onOpen(id: string): void
  /** A file that cannot be sent, now or later. */
  onLost(error: unknown): void
}

/**
 * Sends what a run folder holds and the server has not: values from metrics.jsonl, files by their list. What was sent is
 * written down at once, so any process can go on.
 */
export class MlflowDelivery {
  readonly files: FileList
  readonly #request: DeliveryRequest
  readonly #cursor: MetricCursor
  #kept: KeptRun
  #run: OpenRun | undefined
  #imageTagSent = false

  constructor(request: DeliveryRequest) {
    const { directory, kept, goesOn } = request
    this.#request = request
    this.#kept = kept
    const named = (key: string): string => (kept.prefix === '' ? key : `${kept.prefix}-${key}`)
    this.#cursor = new MetricCursor(join(directory, 'metrics.jsonl'), kept.lines, named)
    this.files = new FileList(directory, goesOn)
    writeKept(directory, kept)
  }

  /** Events that the server has. */
  get lines(): number {
    return Math.max(this.#kept.lines, this.#cursor.lines)
  }

  get owedFiles(): number {
    return this.files.length - this.#kept.files
  }

  get closed(): boolean {
    return this.#kept.closed
  }

  /** Notes how the run ended, for whoever sends it. */
  end(status: string): void {
    this.#keep({ ended: { status, time: Date.now() } })
  }

  /** Sends all that there is, and the end where it is known. @throws MlflowError */
  async drain(): Promise<void> {
    const { client } = this.#request
    const run = await this.#opened()
    if (this.#kept.parameters) {
      await sendParameters(client, run.id, this.#kept.parameters)
      this.#keep({ parameters: null })
    }
    for (;;) {
      const { metrics, advance } = await this.#cursor.peek(MOST_METRICS)
      await sendMetrics(client, run.id, metrics, MOST_METRICS)
      advance()
      if (metrics.length === 0) break
      this.#keep({ lines: this.lines })
    }
    for (let next = this.files.at(this.#kept.files); next; next = this.files.at(this.#kept.files)) {
      try {
        await this.#sendFile(run, next)
      } catch (error) {
        if (error instanceof MlflowError && error.passing) throw error
        this.#request.onLost(error)
      }
      this.#keep({ files: this.#kept.files + 1 })
    }
    const { ended, closed } = this.#kept
    if (!ended || closed) return
    await client.post('runs/update', { run_id: run.id, status: ended.status, end_time: ended.time })
    this.#keep({ closed: true })
  }

  async #opened(): Promise<OpenRun> {
    if (this.#run) return this.#run
    const { client, onOpen } = this.#request
    const { run_id, experiment, artifact_location, run_name, tags } = this.#kept
    const run = run_id
      ? await reopenRun(client, run_id)
      : await createRun(client, { experiment, artifactLocation: artifact_location, name: run_name, tags })
    this.#keep({ run_id: run.id })
    this.#run = run
    onOpen(run.id)
    return run
  }

  async #sendFile(run: OpenRun, { place, file, stepped }: ListedFile): Promise<void> {
    const { client } = this.#request
    await sendArtifact(client, run, stepped ? `${place}.png` : place, file)
    if (!stepped) return
    await sendArtifact(client, run, `${place}+compressed.webp`, await thumbnail(file))
    if (this.#imageTagSent) return
    await client.post('runs/set-tag', { run_id: run.id, key: 'mlflow.loggedImages', value: 'True' })
    this.#imageTagSent = true
  }

  #keep(change: Partial<KeptRun>): void {
    this.#kept = { ...this.#kept, ...change }
    writeKept(this.#request.directory, this.#kept)
  }
}
