import { afterEach, expect, test } from 'bun:test'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { guardedSink } from '../../ts/logging/guarded-sink.ts'
import { createLogger } from '../../ts/logging/logger.ts'
import { mlflowSink } from '../../ts/logging/mlflow/mlflow-sink.ts'
import { syncMlflow } from '../../ts/logging/mlflow/sync-mlflow.ts'
import { mlflowLogger } from '../../ts/logging/mlflow.ts'
import { type MlflowServer, mlflowServer } from './mlflow-server.ts'
import { pythonWith } from './reference-python.ts'
import { leftBehind, recorded, row, scratch, sinkContext, writePng } from './run-files.ts'

const timing = {
  gather: 1,
  retry: 5,
  longestRetry: 20,
  deadline: 20_000,
  awayDeadline: 300,
  interruptedDeadline: 20_000,
}
const servers: { stop(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.stop()
})

function serve(): MlflowServer {
  const server = mlflowServer()
  servers.push(server)
  return server
}

interface Start {
  readonly resumedStep?: number | null
  readonly keepBytes?: number
  readonly options?: object
  readonly environment?: NodeJS.ProcessEnv
  readonly deadline?: number
}

function start(
  directory: string,
  uri: string,
  { resumedStep = null, keepBytes = 0, options, environment, deadline = timing.deadline }: Start = {},
) {
  const { context, lines } = sinkContext(directory, resumedStep)
  const parsed = v.parse(mlflowLogger.schema, { experiment_name: 'jersey', tracking_uri: uri, ...options })
  const make = () =>
    mlflowSink(parsed, context, environment ?? {}, { ...timing, deadline, interruptedDeadline: deadline })
  const sink = guardedSink('mlflow', make, context.logger)
  return { sink, lines, ...recorded(directory, sink, keepBytes) }
}

const losses = (server: MlflowServer) =>
  server.metrics.filter(({ key }) => key === 'loss').map(({ step, value }) => [step, value])

test('parameters, values in batches, pictures, model, tags and the end arrive', async () => {
  const server = serve()
  const directory = scratch()
  const {
    sink,
    row: log,
    lines,
  } = start(directory, server.url, {
    options: { log_model: true, tags: { team: 'a' }, run_name: 'first' },
  })
  for (let step = 1; step <= 900; step++) log(row(step, { loss: 1 / step, 'val/acc_class_Ü+': step }))
  const png = writePng(join(directory, 'a.png'), '#123456')
  sink.image?.({ key: 'val/grid', path: join(directory, 'a.png'), caption: undefined, epoch: 0, step: 900 })
  sink.table?.({ key: 'val/pairs', columns: ['a'], rows: [['x']], epoch: 0, step: 9 })
  writeFileSync(join(directory, 'model.onnx'), 'weights')
  sink.file?.(join(directory, 'model.onnx'), 'model')
  await sink.finish('completed', 0)
  expect(losses(server)).toEqual(Array.from({ length: 900 }, (_, index) => [index + 1, 1 / (index + 1)]))
  expect(server.metrics.find(({ key }) => key === 'val/acc_class_Ü_')?.timestamp).toBe(1_700_000_000_250)
  expect(Math.max(...server.batchSizes)).toBeLessThanOrEqual(1000)
  expect(server.batchSizes.length).toBeLessThan(20)
  expect(server.params.get('model.name')).toBe('resnet18')
  expect([...server.tags].sort()).toEqual([
    ['mlflow.loggedImages', 'True'],
    ['team', 'a'],
  ])
  const names = [...server.artifacts.keys()]
  const picture = names.find((name) =>
    name.startsWith('7/run1/artifacts/images/val~grid+step+900+timestamp+'),
  )
  expect(png.equals(server.artifacts.get(picture ?? '') ?? Buffer.alloc(0))).toBe(true)
  expect(names.some((name) => name.endsWith('+compressed.webp'))).toBe(true)
  expect(Buffer.from(server.artifacts.get('7/run1/artifacts/model/model.onnx') ?? []).toString()).toBe(
    'weights',
  )
  const table = server.artifacts.get('7/run1/artifacts/tables/val/pairs_9.json')
  expect(JSON.parse(Buffer.from(table ?? []).toString())).toEqual({ columns: ['a'], data: [['x']] })
  expect(server.statuses).toEqual(['FINISHED'])
  expect(lines.filter((line) => line.includes('failures'))).toEqual([])
})

test('a server that answers 500, 429 or resets: said once, and everything arrives', async () => {
  const server = serve()
  const directory = scratch()
  for (const status of [500, 429, 503]) server.failures.push(() => new Response('', { status }))
  const run = start(directory, server.url)
  for (let step = 1; step <= 5; step++) run.row(row(step, { loss: step }))
  await run.sink.finish('completed', 0)
  expect(losses(server)).toEqual([1, 2, 3, 4, 5].map((step) => [step, step]))
  expect(run.lines.filter((line) => line.includes('training goes on')).length).toBe(1)
  expect(server.statuses).toEqual(['FINISHED'])
})

test('a server that is absent or never answers ends with the run, and says what is missing', async () => {
  const directory = scratch()
  const gone = mlflowServer()
  gone.stop()
  const hanging = serve()
  for (let count = 0; count < 50; count++) hanging.failures.push(() => new Promise<Response>(() => {}))
  for (const { url } of [gone, hanging]) {
    const { context, lines } = sinkContext(directory)
    const parsed = v.parse(mlflowLogger.schema, { tracking_uri: url })
    const sink = mlflowSink(parsed, context, {}, { ...timing, deadline: 300 })
    const run = recorded(directory, sink)
    run.row(row(1, { loss: 1 }))
    await sink.finish('completed', 0)
    expect(lines.at(-1)).toContain('stands in metrics.jsonl')
  }
})

test('a resumed run goes on in its MLflow run: no value twice, none lost', async () => {
  const server = serve()
  const directory = scratch()
  const first = start(directory, server.url)
  for (let step = 1; step <= 3; step++) first.row(row(step, { loss: step }))
  const keepBytes = first.bytes()
  first.row(row(4, { loss: 4 }))
  await first.sink.finish('interrupted', 75)
  const second = start(directory, server.url, { resumedStep: 3, keepBytes })
  for (let step = 4; step <= 6; step++) second.row(row(step, { loss: step }))
  await second.sink.finish('completed', 0)
  expect(losses(server)).toEqual([1, 2, 3, 4, 5, 6].map((step) => [step, step]))
  expect(server.runs).toBe(1)
  expect(server.statuses).toEqual(['KILLED', 'RUNNING', 'FINISHED'])
})

test('what a server did not get before a resume is sent after it', async () => {
  const directory = scratch()
  const server = serve()
  for (let count = 0; count < 1000; count++) server.failures.push(() => new Response('', { status: 500 }))
  const first = start(directory, server.url, { deadline: 200 })
  for (let step = 1; step <= 3; step++) first.row(row(step, { loss: step }))
  await first.sink.finish('interrupted', 75)
  expect(losses(server)).toEqual([])
  server.failures.length = 0
  const second = start(directory, server.url, { resumedStep: 3, keepBytes: first.bytes() })
  second.row(row(4, { loss: 4 }))
  await second.sink.finish('completed', 0)
  expect(losses(server)).toEqual([1, 2, 3, 4].map((step) => [step, step]))
})

test('sync sends what a run that was killed, or whose server was away, still owes: once, with pictures and the end', async () => {
  const server = serve()
  const silent = createLogger('sync', 'error', [])
  for (const isKilled of [false, true]) {
    const directory = scratch()
    for (let count = 0; count < 1000; count++) server.failures.push(() => new Response('', { status: 500 }))
    const first = start(directory, server.url, {
      deadline: 100,
      options: { log_model: 'all', tags: { team: 'a' } },
    })
    for (let step = 1; step <= 3; step++) first.row(row(step, { loss: step }))
    writePng(join(directory, 'a.png'), '#123456')
    const image = { key: 'grid', path: join(directory, 'a.png'), caption: undefined, epoch: 0, step: 3 }
    first.sink.image?.(image)
    first.sink.table?.({ key: 'pairs', columns: ['a'], rows: [['x']], epoch: 0, step: 3 })
    mkdirSync(join(directory, 'checkpoints/one'), { recursive: true })
    writeFileSync(join(directory, 'checkpoints/one/model.safetensors'), 'weights')
    first.sink.checkpoint?.(join(directory, 'checkpoints/one'), ['last'])
    rmSync(join(directory, 'checkpoints/one'), { recursive: true })
    const left = isKilled ? leftBehind(directory) : directory
    await first.sink.finish('completed', 0)
    server.failures.length = 0
    for (const list of [server.metrics, server.statuses]) list.length = 0
    server.artifacts.clear()
    server.runs = 0
    const sent = { events: 3, sent: 3, files: 3, run: 'run1' }
    expect(await syncMlflow(left, silent, {}, [])).toEqual(sent)
    expect(await syncMlflow(left, silent, {}, [])).toEqual({ ...sent, sent: 0, files: 0 })
    expect(losses(server)).toEqual([1, 2, 3].map((step) => [step, step]))
    expect(server.runs).toBe(1)
    expect(server.tags.get('team')).toBe('a')
    expect(server.params.get('model.name')).toBe('resnet18')
    const names = [...server.artifacts.keys()].map((name) => name.replace('7/run1/artifacts/', ''))
    expect(names).toContain('tables/pairs_3.json')
    expect(names).toContain('checkpoints/one/model.safetensors')
    expect(names.filter((name) => name.startsWith('images/grid+step+3+')).length).toBe(2)
    expect(server.statuses.filter((status) => status !== 'RUNNING')).toEqual([
      isKilled ? 'KILLED' : 'FINISHED',
    ])
  }
}, 30_000)

test('credentials go to the server and nowhere else', async () => {
  const server = serve()
  const directory = scratch()
  const uri = server.url.replace('http://', 'http://me:s3cret@')
  const run = start(directory, uri)
  server.failures.push(() => new Response('', { status: 500 }))
  run.row(row(1, { loss: 1 }))
  await run.sink.finish('completed', 0)
  expect([...server.authorizations]).toEqual([`Basic ${Buffer.from('me:s3cret').toString('base64')}`])
  expect(run.lines.length).toBeGreaterThan(1)
  expect(run.lines.join()).not.toContain('s3cret')
  const token = start(scratch(), server.url, { environment: { MLFLOW_TRACKING_TOKEN: 't0ken' } })
  token.row(row(1, { loss: 1 }))
  await token.sink.finish('completed', 0)
  expect([...server.authorizations].at(-1)).toBe('Bearer t0ken')
})

test('a place that is no server is said, and training goes on', async () => {
  const run = start(scratch(), './mlruns')
  run.row(row(1, { loss: 1 }))
  await run.sink.finish('completed', 0)
  expect(run.lines).toEqual([expect.stringContaining('must name a server')])
})

test("MLflow's own client reads back what its own server was sent", async () => {
  const python = pythonWith('mlflow')
  if (!python) return
  const directory = scratch()
  const port = 20_000 + (process.pid % 20_000)
  const uri = `http://127.0.0.1:${port}`
  const store = `sqlite:///${join(directory, 'mlflow.db')}`
  const destination = join(directory, 'store')
  const server = Bun.spawn(
    [
      python,
      '-m',
      'mlflow',
      'server',
      '--port',
      String(port),
      '--workers',
      '1',
      '--backend-store-uri',
      store,
      '--artifacts-destination',
      destination,
    ],
    { stdout: 'ignore', stderr: 'ignore' },
  )
  try {
    await answering(`${uri}/health`)
    const run = start(directory, uri, { options: { tags: { team: 'a' } } })
    for (let step = 1; step <= 1500; step++) run.row(row(step, { 'train/loss': 1 / step, lr: 1e-3 }))
    writePng(join(directory, 'a.png'), '#123456')
    run.sink.image?.({
      key: 'val/grid',
      path: join(directory, 'a.png'),
      caption: undefined,
      epoch: 0,
      step: 9,
    })
    await run.sink.finish('completed', 0)
    expect(run.lines).toEqual([expect.stringMatching(/^mlflow: run \w+ at http/)])
    const read = Bun.spawnSync([python, join(import.meta.dir, 'read_mlflow.py'), uri, 'jersey'])
    const found = JSON.parse(read.stdout.toString() || `"${read.stderr}"`) as Record<string, unknown>
    const expected = Array.from({ length: 1500 }, (_, index) => [index + 1, 1 / (index + 1)])
    expect(found).toMatchObject({ status: 'FINISHED', losses: expected, team: 'a', seed: '42' })
    expect(found.images).toEqual([
      expect.stringContaining('val~grid+step+9+'),
      expect.stringContaining('webp'),
    ])
  } finally {
    server.kill()
    await server.exited
  }
}, 180_000)

async function answering(url: string): Promise<void> {
  for (;;) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    await Bun.sleep(200)
  }
}
