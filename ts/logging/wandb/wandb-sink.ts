import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SinkContext } from '../define.ts'
import type { ExperimentSink, LoggedImage, LoggedTable, MetricRow } from '../experiment.ts'
import { readRows } from '../metrics-file.ts'
import { tableName } from '../table-name.ts'
import type { WandbOptions } from '../wandb.ts'
import { withoutSecrets } from '../without-secrets.ts'
import type { ArtifactFile } from './artifact.ts'
import { type Delivery, startDelivery } from './delivery.ts'
import { jsonNumber } from './json-value.ts'
import type { LiveDeadlines } from './live-upload.ts'
import { storeImage, storeTable } from './media.ts'
import { type ResumePoint, resumePoint } from './resume-point.ts'
import { runIdentity, wandbRoot } from './run-identity.ts'
import { followSystem } from './system-stats.ts'
import { type Moment, WandbLog } from './wandb-log.ts'

/** Pictures wait this long, in milliseconds, for the metrics of their step, so that both stand in one row. */
const MEDIA_WAIT_MS = 1000

type Media = readonly [name: string, json: string]

/** Follows a run in W&B's own log, which is opened with the first event; `startDelivery` brings it to the server. */
export function wandbSink(
  options: WandbOptions,
  context: SinkContext,
  environment: NodeJS.ProcessEnv = process.env,
  deadlines?: LiveDeadlines,
): ExperimentSink {
  const disabled = (options.mode ?? environment.WANDB_MODE) === 'disabled'
  if (disabled) {
    context.logger.info('wandb: disabled, nothing is logged')
    return { name: 'wandb', row() {}, async finish() {} }
  }
  const run = runIdentity(options, context, environment)
  const root = wandbRoot(options, context, environment)
  const modelName = options.checkpoint_name ?? `model-${run.id}`
  const named = (key: string): string => (options.prefix === '' ? key : `${options.prefix}-${key}`)
  const models: ArtifactFile[] = []
  /** Console lines from before the log is there. */
  const early: { text: string; time: number }[] = []
  const checkpoints: Promise<void>[] = []
  let delivery: Delivery | undefined
  let endStats = (): void => {}
  let log: WandbLog | undefined
  let resumed: ResumePoint | undefined
  let repeated = 0
  let waiting: { readonly moment: Moment; readonly media: Media[] } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let last: Moment = { epoch: 0, step: context.resumedStep ?? 0, time: Date.now() / 1000 }

  /** The log; `settled` rows of metrics.jsonl came before the event that opens it. */
  const opened = (settled: (rows: readonly unknown[]) => number): WandbLog => {
    if (log) return log
    const file = join(context.directory, 'metrics.jsonl')
    const rows = context.resumedStep !== null && existsSync(file) ? readRows(file) : []
    const before = rows.slice(0, settled(rows))
    if (context.resumedStep !== null) resumed = resumePoint(root, run.id, before.length, context.resumedStep)
    repeated = resumed?.repeated ?? 0
    const composed = withoutSecrets(context.config, environment)
    const extra = withoutSecrets(options.config ?? {}, environment)
    const config = { ...(composed as Record<string, unknown>), ...(extra as Record<string, unknown>) }
    log = new WandbLog({ root, run, config, resumed })
    for (const flat of before.slice(resumed?.rows ?? 0)) writeRow(log, unflattened(flat), [])
    const to = log
    to.lines(early.splice(0))
    endStats = followSystem((values) => to.stats(values), environment)
    const { folder } = to
    const request = { options, context, environment, root, run, folder }
    delivery = startDelivery(deadlines ? { ...request, deadlines } : request)
    return to
  }
  const writeRow = (to: WandbLog, { scalars, ...moment }: MetricRow, media: readonly Media[]): void => {
    const values =
      options.prefix === ''
        ? scalars
        : Object.fromEntries(Object.entries(scalars).map(([key, value]) => [named(key), value]))
    to.row(moment, values, media)
  }
  const flushMedia = (): void => {
    clearTimeout(timer)
    if (waiting) log?.row(waiting.moment, {}, waiting.media)
    waiting = undefined
  }
  const addMedia = (
    event: Pick<LoggedImage, 'key' | 'epoch' | 'step'> | LoggedTable,
    store: (log: WandbLog, name: string) => string,
  ): void => {
    const to = opened((rows) => rows.length)
    const name = named('columns' in event ? tableName(event.key) : event.key)
    if (resumed?.media.has(`${event.step} ${name}`)) return
    if (waiting && waiting.moment.step !== event.step) flushMedia()
    const json = store(to, name)
    const moment = { epoch: event.epoch, step: event.step, time: Date.now() / 1000 }
    waiting ??= { moment, media: [] }
    waiting.media.push([name, json])
    clearTimeout(timer)
    timer = setTimeout(flushMedia, MEDIA_WAIT_MS)
    timer.unref()
  }

  const addTable = (table: LoggedTable): void =>
    addMedia(table, (to, name) => {
      const inArtifact = `${name}.table.json`
      const draft = storeTable(to.files, { ...table, key: name }, '')
      const artifact = `run-${run.id}-${name.replace(/[^\w.-]/g, '')}`
      const facts = { name: artifact, type: 'run_table', aliases: ['latest'], metadata: {}, link: true }
      const id = to.artifact(facts, [{ path: inArtifact, source: join(to.files, draft.path) }])
      const { path, json } = storeTable(
        to.files,
        { ...table, key: name },
        `wandb-client-artifact://${id}/${inArtifact}`,
      )
      to.media(path)
      return json
    })
  /** Every checkpoint is a version of the model; its files are linked at once and read while training goes on. */
  const addCheckpoint = async (directory: string, names: readonly string[]): Promise<void> => {
    const to = opened((rows) => rows.length)
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((path) => ({ path, source: join(directory, path) }))
      .filter(({ source }) => statSync(source).isFile())
    const { epoch, step } = last
    const metadata = { epoch, step, checkpoint: basename(directory) }
    const aliases = ['latest', `epoch-${epoch + 1}`, ...names.filter((name) => name === 'best')]
    await to.laterArtifact({ name: modelName, type: 'model', aliases, metadata, link: true }, files)
  }

  return {
    name: 'wandb',
    row: (row) => {
      const to = opened((rows) => rows.length - 1)
      if (waiting && waiting.moment.step !== row.step) flushMedia()
      const media = waiting?.media ?? []
      if (repeated > 0) {
        repeated--
        return
      }
      if (waiting) clearTimeout(timer)
      waiting = undefined
      if (row.epoch !== last.epoch) to.flush()
      last = row
      writeRow(to, row, media)
    },
    image: (image) =>
      addMedia(image, (to, name) => {
        const { path, json } = storeImage(to.files, { ...image, key: name })
        to.media(path)
        return json
      }),
    table: addTable,
    histogram: ({ key, edges, counts, epoch, step }) =>
      addMedia({ key, epoch, step }, () =>
        JSON.stringify({ _type: 'histogram', values: counts, bins: edges }),
      ),
    text: ({ key, text, epoch, step }) => addTable({ key, columns: ['text'], rows: [[text]], epoch, step }),
    line: (text) => {
      const line = { text, time: Date.now() / 1000 }
      if (log) log.lines([line])
      else early.push(line)
    },
    checkpoint: (directory, names) => {
      if (options.log_model === 'all') checkpoints.push(addCheckpoint(directory, names))
    },
    file: (path, kind) => {
      if (kind === 'model' && options.log_model !== false) models.push({ path: basename(path), source: path })
    },
    summary: (values) => {
      const items = Object.entries(values).map(([key, value]): Media => {
        return [named(key), typeof value === 'number' ? jsonNumber(value) : JSON.stringify(value)]
      })
      opened((rows) => rows.length).summary(items)
    },
    finish: async (status, exitCode) => {
      const to = opened((rows) => rows.length)
      flushMedia()
      await Promise.all(checkpoints)
      const present = models.filter(({ source }) => existsSync(source))
      if (present.length > 0) {
        const name = modelName
        const link = options.add_file_policy === 'immutable'
        const metadata = { epoch: last.epoch, step: last.step }
        to.artifact({ name, type: 'model', aliases: ['latest', 'best'], metadata, link }, present)
      }
      endStats()
      to.finish(exitCode)
      await delivery?.finish(status === 'interrupted')
    },
  }
}

function unflattened(flat: Readonly<Record<string, number | null>>): MetricRow {
  const { epoch, step, time, ...values } = flat
  const scalars = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value ?? Number.NaN] as const),
  )
  return { epoch: epoch ?? 0, step: step ?? 0, time: time ?? 0, scalars }
}
