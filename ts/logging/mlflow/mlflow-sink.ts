import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { SinkContext } from '../define.ts'
import type { ExperimentSink, RunStatus } from '../experiment.ts'
import { within } from '../guarded-sink.ts'
import { linkOrCopy } from '../link-or-copy.ts'
import type { MlflowOptions } from '../mlflow.ts'
import { syncCommand } from '../shown-path.ts'
import { withoutSecrets } from '../without-secrets.ts'
import type { ListedFile } from './file-list.ts'
import { readKept } from './kept-run.ts'
import { MlflowError, mlflowClient } from './mlflow-client.ts'
import { MlflowDelivery } from './mlflow-delivery.ts'
import { runParameters } from './mlflow-run.ts'
import { imagePlace } from './stepped-image.ts'

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

/**
 * Follows a run on a tracking server. What is sent is read from the run folder, so memory stays small while the server is
 * away, and a resumed run, or `sync`, sends what is still owed.
 */
export function mlflowSink(
  options: MlflowOptions,
  context: SinkContext,
  environment: NodeJS.ProcessEnv = process.env,
  timing: MlflowTiming = usual,
): ExperimentSink {
  const { logger, directory } = context
  const ending = new AbortController()
  const client = mlflowClient(trackingAddress(options.tracking_uri, environment), environment, ending.signal)
  const before = context.resumedStep === null ? undefined : readKept(directory)
  const goesOn = before?.server === client.shown
  const named = (key: string): string => (options.prefix === '' ? key : `${options.prefix}-${key}`)
  let failures = 0
  const failed = (error: unknown): void => {
    failures++
    const message = error instanceof Error ? error.message : String(error)
    if (failures === 1) logger.warn(`mlflow: ${message}; training goes on, metrics.jsonl has every value`)
  }
  const delivery = new MlflowDelivery({
    directory,
    client,
    goesOn,
    kept: {
      server: client.shown,
      run_id: options.run_id ?? null,
      lines: 0,
      parameters: runParameters(withoutSecrets(context.config, environment)),
      files: 0,
      ...(goesOn ? before : {}),
      ended: null,
      closed: false,
      experiment: options.experiment_name,
      artifact_location: options.artifact_location,
      run_name: options.run_name,
      tags: withoutSecrets(options.tags ?? {}, environment) as Record<string, unknown>,
      prefix: options.prefix,
    },
    onOpen: (id) => logger.info(`mlflow: run ${id} at ${client.shown}`),
    onLost: failed,
  })
  let away = false
  let refused = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<void> | undefined

  /** Drains, again and again after failures that may pass, until all is sent or nothing more will be. */
  const work = async (): Promise<void> => {
    for (let pause = timing.retry; !ending.signal.aborted; pause = Math.min(pause * 2, timing.longestRetry)) {
      try {
        await delivery.drain()
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
  const add = (listed: ListedFile): void => {
    delivery.files.add(listed)
    soon()
  }
  /** Content that has no file yet gets one in the run folder, where it waits for the server. */
  const addContent = (kind: string, key: string, step: number, ending: string, content: string): void => {
    const place = `${kind}/${named(key)}_${step}.${ending}`
    const file = join(directory, 'mlflow', place)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    add({ place, file, stepped: false, event: `${kind} ${key} ${step}` })
  }

  return {
    name: 'mlflow',
    row: soon,
    image: ({ key, path, step }) =>
      add({
        place: imagePlace(named(key), step, Date.now()),
        file: path,
        stepped: true,
        event: `image ${key} ${step}`,
      }),
    table: ({ key, columns, rows, step }) =>
      addContent('tables', key, step, 'json', JSON.stringify({ columns, data: rows })),
    histogram: ({ key, edges, counts, step }) =>
      addContent('histograms', key, step, 'json', JSON.stringify({ edges, counts })),
    text: ({ key, text, step }) => addContent('texts', key, step, 'md', text),
    checkpoint: (checkpoint) => {
      if (options.log_model !== 'all') return
      const name = basename(checkpoint)
      // Links: the checkpoint may be gone when the server is there.
      const kept = join(directory, 'mlflow', 'checkpoints', name)
      for (const path of readdirSync(checkpoint, { recursive: true, encoding: 'utf8' })) {
        if (!statSync(join(checkpoint, path)).isFile()) continue
        const file = join(kept, path)
        mkdirSync(dirname(file), { recursive: true })
        linkOrCopy(join(checkpoint, path), file)
        add({ place: `checkpoints/${name}/${path}`, file, stepped: false, event: '' })
      }
    },
    file: (path, kind) => {
      if (kind === 'model' && options.log_model === false) return
      const folder = kind === 'model' ? options.checkpoint_path_prefix || 'model' : kind
      add({ place: `${folder}/${basename(path)}`, file: path, stepped: false, event: '' })
    },
    finish: async (status) => {
      const last = async (): Promise<void> => {
        // What is under way may have read the file before the last event.
        if (sending) await sending
        if (!refused) await start()
      }
      delivery.end(statuses[status])
      const most = status === 'interrupted' ? timing.interruptedDeadline : timing.deadline
      try {
        await within(last(), away ? Math.min(most, timing.awayDeadline) : most)
      } catch (error) {
        failed(error)
      } finally {
        ending.abort()
        clearTimeout(timer)
      }
      if (delivery.closed) return
      logger.warn(
        `mlflow: ${failures} failures; ${delivery.lines} events are at ${client.shown}, ` +
          `${delivery.owedFiles} files are not; what is missing stands in metrics.jsonl and the run folder, ` +
          `send it with: ${syncCommand(directory)}`,
      )
    },
  }
}

/** @throws Error where neither the option nor MLFLOW_TRACKING_URI names a server */
export function trackingAddress(option: string | null, environment: NodeJS.ProcessEnv): string {
  const address = option ?? environment.MLFLOW_TRACKING_URI ?? ''
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new Error('tracking_uri or MLFLOW_TRACKING_URI must name a server, as http://127.0.0.1:5000')
  return address
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
