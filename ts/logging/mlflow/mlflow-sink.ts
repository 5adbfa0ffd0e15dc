import { basename, join } from 'node:path'
import type { SinkContext } from '../define.ts'
import type { ExperimentSink, RunStatus } from '../experiment.ts'
import { within } from '../guarded-sink.ts'
import type { MlflowOptions } from '../mlflow.ts'
import { withoutSecrets } from '../without-secrets.ts'
import { MetricCursor } from './metric-cursor.ts'
import { MlflowError, mlflowClient } from './mlflow-client.ts'
import {
  createRun,
  type OpenRun,
  readKept,
  reopenRun,
  sendArtifact,
  sendMetrics,
  sendParameters,
  writeKept,
} from './mlflow-run.ts'
import { imagePlace, thumbnail } from './stepped-image.ts'

/** The most that the server takes in one request. */
const MOST_METRICS = 1000
const MOST_ARTIFACTS = 10_000
const statuses: Record<RunStatus, string> = {
  completed: 'FINISHED',
  stopped: 'FINISHED',
  interrupted: 'KILLED',
  failed: 'FAILED',
}

/** Milliseconds. */
export interface MlflowTiming {
  /** Between an event and its being sent, so that requests hold many values. */
  readonly gather: number
  /** After a failure; doubled each time. */
  readonly retry: number
  readonly longestRetry: number
  /** What is left at the end of the run gets this long; the shorter one where the server was away to the last. */
  readonly deadline: number
  readonly awayDeadline: number
  /** An interrupted run must be gone soon; what is left is sent when it is resumed. */
  readonly interruptedDeadline: number
}

const usual: MlflowTiming = {
  gather: 2000,
  retry: 1000,
  longestRetry: 30_000,
  deadline: 45_000,
  awayDeadline: 5000,
  interruptedDeadline: 10_000,
}

interface Artifact {
  readonly place: string
  /** A path, or what the file is to hold. */
  readonly file: string | Uint8Array
  /** `true`: a picture of a step, which gets a thumbnail. */
  readonly stepped: boolean
}

/**
 * Follows a run on a tracking server. Values are read from metrics.jsonl, so memory stays small while the server is away,
 * and a resumed run sends what it still owes.
 */
export function mlflowSink(
  options: MlflowOptions,
  context: SinkContext,
  environment: NodeJS.ProcessEnv = process.env,
  timing: MlflowTiming = usual,
): ExperimentSink {
  const { logger, directory } = context
  const address = options.tracking_uri ?? environment.MLFLOW_TRACKING_URI ?? ''
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new Error('tracking_uri or MLFLOW_TRACKING_URI must name a server, as http://127.0.0.1:5000')
  const ending = new AbortController()
  const client = mlflowClient(address, environment, ending.signal)
  const keptFile = join(directory, 'mlflow-run.json')
  const kept = context.resumedStep === null ? undefined : readKept(keptFile, client.shown)
  const named = (key: string): string => (options.prefix === '' ? key : `${options.prefix}-${key}`)
  const cursor = new MetricCursor(join(directory, 'metrics.jsonl'), kept?.lines ?? 0, named)
  const artifacts: Artifact[] = []
  let run: OpenRun | undefined
  let parametersSent = kept?.parameters ?? false
  let imageTagSent = false
  let failures = 0
  let away = false
  let dropped = 0
  let refused = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<void> | undefined

  const keep = (id: string): void => {
    const lines = Math.max(cursor.lines, kept?.lines ?? 0)
    writeKept(keptFile, { run_id: id, server: client.shown, lines, parameters: parametersSent })
  }
  const failed = (error: unknown): void => {
    failures++
    const message = error instanceof Error ? error.message : String(error)
    if (failures === 1) logger.warn(`mlflow: ${message}; training goes on, metrics.jsonl has every value`)
  }
  const openRun = async (): Promise<OpenRun> => {
    const id = options.run_id ?? kept?.run_id
    if (id) return await reopenRun(client, id)
    const asked = {
      experiment: options.experiment_name,
      artifactLocation: options.artifact_location,
      name: options.run_name,
      tags: withoutSecrets(options.tags ?? {}, environment) as Record<string, unknown>,
    }
    return await createRun(client, asked)
  }
  const sendOne = async (to: OpenRun, { place, file, stepped }: Artifact): Promise<void> => {
    await sendArtifact(client, to, stepped ? `${place}.png` : place, file)
    if (!stepped) return
    await sendArtifact(client, to, `${place}+compressed.webp`, await thumbnail(file))
    if (imageTagSent) return
    await client.post('runs/set-tag', { run_id: to.id, key: 'mlflow.loggedImages', value: 'True' })
    imageTagSent = true
  }
  /** Sends all that there is. @throws MlflowError */
  const drain = async (): Promise<void> => {
    if (!run) {
      run = await openRun()
      keep(run.id)
      logger.info(`mlflow: run ${run.id} at ${client.shown}`)
    }
    if (!parametersSent) {
      await sendParameters(client, run.id, withoutSecrets(context.config, environment))
      parametersSent = true
      keep(run.id)
    }
    for (;;) {
      const { metrics, advance } = await cursor.peek(MOST_METRICS)
      await sendMetrics(client, run.id, metrics, MOST_METRICS)
      advance()
      if (metrics.length === 0) break
      keep(run.id)
    }
    for (let next = artifacts[0]; next; next = artifacts[0]) {
      try {
        await sendOne(run, next)
      } catch (error) {
        if (error instanceof MlflowError && error.passing) throw error
        failed(error)
      }
      artifacts.shift()
    }
  }
  /** Drains, again and again after failures that may pass, until all is sent or nothing more will be. */
  const work = async (): Promise<void> => {
    for (let pause = timing.retry; !ending.signal.aborted; pause = Math.min(pause * 2, timing.longestRetry)) {
      try {
        await drain()
        away = false
        return
      } catch (error) {
        if (ending.signal.aborted) return
        failed(error)
        away = true
        if (!(error instanceof MlflowError && error.passing)) {
          refused = true
          return
        }
      }
      await pausing(pause, ending.signal)
    }
  }
  const start = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    sending ??= work().finally(() => {
      sending = undefined
    })
    return sending
  }
  const soon = (): void => {
    if (refused || timer !== undefined) return
    timer = setTimeout(() => void start(), timing.gather)
    timer.unref()
  }
  const add = (artifact: Artifact): void => {
    if (artifacts.length < MOST_ARTIFACTS) artifacts.push(artifact)
    else dropped++
    soon()
  }

  return {
    name: 'mlflow',
    row: soon,
    image: ({ key, path, step }) =>
      add({ place: imagePlace(named(key), step, Date.now()), file: path, stepped: true }),
    table: ({ key, columns, rows, step }) => {
      const file = Buffer.from(JSON.stringify({ columns, data: rows }))
      add({ place: `tables/${named(key)}_${step}.json`, file, stepped: false })
    },
    file: (path, kind) => {
      if (kind === 'model' && options.log_model === false) return
      const folder = kind === 'model' ? options.checkpoint_path_prefix || 'model' : kind
      add({ place: `${folder}/${basename(path)}`, file: path, stepped: false })
    },
    finish: async (status) => {
      const last = async (): Promise<void> => {
        // What is under way may have read the file before the last event.
        if (sending) await sending
        if (refused) return
        await start()
        if (run)
          await client.post('runs/update', { run_id: run.id, status: statuses[status], end_time: Date.now() })
      }
      const most = status === 'interrupted' ? timing.interruptedDeadline : timing.deadline
      const deadline = away ? Math.min(most, timing.awayDeadline) : most
      let told = true
      try {
        told = await within(last(), deadline)
      } catch (error) {
        failed(error)
        told = false
      } finally {
        ending.abort()
        clearTimeout(timer)
      }
      const missing = !told || refused || artifacts.length > 0 || dropped > 0
      if (!missing) return
      const owed = `${artifacts.length + dropped} files`
      logger.warn(
        `mlflow: ${failures} failures; ${cursor.lines} events are at ${client.shown}, ${owed} are not; ` +
          'what is missing stands in metrics.jsonl and the run folder',
      )
    },
  }
}

function pausing(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    timer.unref()
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
