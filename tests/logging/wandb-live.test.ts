import { afterEach, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { createLogger } from '../../ts/logging/logger.ts'
import { netrcEntries, wandbAccount } from '../../ts/logging/wandb/account.ts'
import { syncWandb } from '../../ts/logging/wandb/sync-wandb.ts'
import { readGpuLoad } from '../../ts/logging/wandb/system-stats.ts'
import { wandbSink } from '../../ts/logging/wandb/wandb-sink.ts'
import { wandbLogger } from '../../ts/logging/wandb.ts'
import { pythonWith } from './reference-python.ts'
import { recorded, row, scratch, sinkContext, writePng } from './run-files.ts'
import { type WandbServer, wandbServer } from './wandb-server.ts'

const KEY = `local-${'0'.repeat(40)}`
const deadlines = { usual: 60_000, interrupted: 60_000, away: 500 }
const silent = createLogger('sync', 'error', [])
const servers: WandbServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.stop()
})

function serve(): WandbServer {
  const server = wandbServer()
  servers.push(server)
  return server
}

/** The surroundings of somebody who is logged in at `url` and has W&B's client in the environment of `python`. */
function loggedIn(python: string, url: string): NodeJS.ProcessEnv {
  const home = scratch()
  return {
    HOME: home,
    WANDB_CACHE_DIR: home,
    WANDB_DATA_DIR: home,
    WANDB_CONFIG_DIR: home,
    PATH: process.env.PATH,
    VIRTUAL_ENV: dirname(dirname(python)),
    WANDB_BASE_URL: url,
    WANDB_API_KEY: KEY,
  }
}

interface Start {
  readonly options?: object
  readonly resumedStep?: number
  readonly keepBytes?: number
}

function start(
  directory: string,
  environment: NodeJS.ProcessEnv,
  { options, resumedStep, keepBytes = 0 }: Start = {},
) {
  const { context, lines } = sinkContext(directory, resumedStep ?? null)
  const parsed = v.parse(wandbLogger.schema, { save_dir: directory, id: 'run1', ...options })
  const sink = wandbSink(parsed, context, environment, deadlines)
  return { directory, sink, lines, ...recorded(directory, sink, keepBytes) }
}

const losses = (server: WandbServer) => (server.history.get('run1') ?? []).map(({ loss }) => loss)
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
const marks = (directory: string) =>
  readdirSync(join(directory, 'wandb'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.synced') && !name.startsWith('latest-run'),
  )

test('a run is uploaded while it goes on: rows, console, pictures, tables, histograms, checkpoints, the end', async () => {
  const python = pythonWith('wandb')
  if (!python) return
  const server = serve()
  const {
    directory,
    sink,
    lines,
    row: log,
  } = start(scratch(), loggedIn(python, server.url), {
    options: { log_model: 'all' },
  })
  sink.line?.('epoch 1/2')
  for (let step = 1; step <= 50; step++) log(row(step, { loss: step }))
  for (const [name, names] of [
    ['one', ['last']],
    ['two', ['best', 'last']],
  ] as const) {
    const checkpoint = join(directory, 'checkpoints', name)
    mkdirSync(checkpoint, { recursive: true })
    writeFileSync(join(checkpoint, `${name}.safetensors`), name)
    sink.checkpoint?.(checkpoint, names)
  }
  const png = writePng(join(directory, 'a.png'), '#ff0000')
  sink.image?.({ key: 'grid', path: join(directory, 'a.png'), caption: 'c', epoch: 5, step: 50 })
  sink.histogram?.({ key: 'confidence', edges: [0, 0.5, 1], counts: [3, 4], epoch: 5, step: 50 })
  sink.text?.({ key: 'note', text: '# hi', epoch: 5, step: 50 })
  sink.line?.('epoch 2/2')
  await sink.finish('completed', 0)

  expect(lines).toEqual([`wandb: live at ${server.url}/team/classifier-training/runs/run1`])
  expect(losses(server)).toEqual([...upTo(50), undefined])
  expect(server.history.get('run1')?.at(-1)).toMatchObject({
    grid: { _type: 'image-file', caption: 'c' },
    confidence: { _type: 'histogram', values: [3, 4], bins: [0, 0.5, 1] },
    note_table: { _type: 'table-file', nrows: 1 },
  })
  expect(server.console.get('run1')?.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'epoch 1/2',
    'epoch 2/2',
  ])
  const picture = [...server.files].find(([name]) => name.startsWith('media/images/grid_50_'))
  expect(png.equals(picture?.[1] ?? Buffer.alloc(0))).toBe(true)
  for (const name of ['one', 'two'])
    expect(Buffer.from(server.files.get(`artifact/${name}.safetensors`) ?? []).toString()).toBe(name)
  const models = server.artifacts.filter((each) => JSON.stringify(each).includes('"model-run1"'))
  expect(models.map((each) => /"alias":"best"/.test(JSON.stringify(each))).sort()).toEqual([false, true])
  expect(server.exitCodes.get('run1')).toBe(0)
  expect(marks(directory).length).toBe(1)
  // Files go to addresses that are signed already.
  expect([...server.authorizations].filter(Boolean)).toEqual([
    `Basic ${Buffer.from(`api:${KEY}`).toString('base64')}`,
  ])
}, 120_000)

test.each([
  ['stalls', () => new Promise<Response>(() => {})],
  ['answers 500', () => new Response('', { status: 500 })],
  ['answers 429', () => new Response('', { status: 429 })],
  ['is absent', 'http://127.0.0.1:9'],
  ['resets', resetting],
] as const)(
  'a server that %s: the run ends all the same, and sync brings everything',
  async (_, outage) => {
    const python = pythonWith('wandb')
    if (!python) return
    const server = serve()
    const elsewhere = outage === resetting ? await resetting() : outage
    if (typeof elsewhere === 'function') server.failing = elsewhere as () => Response
    const away = typeof elsewhere === 'string' ? elsewhere : server.url
    const run = start(scratch(), loggedIn(python, away))
    for (let step = 1; step <= 20; step++) run.row(row(step, { loss: step }))
    await run.sink.finish('completed', 0)
    expect(run.lines.at(-1)).toMatch(/upload .* with: bun run sync /)
    expect(marks(run.directory)).toEqual([])
    const environment = loggedIn(python, server.url)
    server.failing = () => new Response('', { status: 500 })
    await expect(syncWandb(run.directory, silent, environment)).rejects.toThrow('answers HTTP 500')
    server.failing = undefined
    expect(await syncWandb(run.directory, silent, environment)).toEqual({ rows: 20, sent: 20 })
    expect(losses(server)).toEqual(upTo(20))
    expect(server.exitCodes.get('run1')).toBe(0)
    expect(await syncWandb(run.directory, silent, environment)).toEqual({ rows: 20, sent: 0 })
    expect(losses(server)).toEqual(upTo(20))
  },
  120_000,
)

/** The address of a server that closes every connection at once. */
async function resetting(): Promise<string> {
  const server = createServer((socket) => socket.resetAndDestroy())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('killed while it is uploaded, killed again after a resume, resumed: every row is there once', async () => {
  const python = pythonWith('wandb')
  if (!python) return
  const server = serve()
  const directory = scratch()
  const environment = loggedIn(python, server.url)
  let from = 1
  let keep = 0
  for (const wanted of [1, 2]) {
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, 'live-run.ts'), directory, String(from), String(keep)],
      { env: environment, stdout: 'pipe' },
    )
    const seen: [step: number, bytes: number][] = []
    let text = ''
    for await (const bytes of child.stdout) {
      text += Buffer.from(bytes).toString()
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) seen.push(line.split(' ').map(Number) as [number, number])
      if (seen.length > 30 && losses(server).length >= wanted * 10) break
    }
    child.kill('SIGKILL')
    await child.exited
    // The run falls back to a checkpoint of some rows ago.
    const [step = 0, bytes = 0] = seen.at(-20) ?? []
    from = step + 1
    keep = bytes
  }
  const uploaded = losses(server).length
  expect(uploaded).toBeGreaterThan(0)
  const last = start(directory, environment, { resumedStep: from - 1, keepBytes: keep })
  last.row(row(from, { loss: from }))
  await last.sink.finish('completed', 0)
  const rows = readFileSync(join(directory, 'metrics.jsonl'), 'utf8').trim().split('\n').length
  expect(rows).toBe(from)
  const had = losses(server)
  const all = (await syncWandb(directory, silent, environment))?.rows ?? 0
  expect(losses(server).slice(0, from)).toEqual(upTo(from))
  expect(new Set(losses(server)).size).toBe(losses(server).length)
  expect(losses(server).length).toBe(all)
  expect(had).toEqual(losses(server).slice(0, had.length))
  expect(server.exitCodes.get('run1')).toBe(0)
}, 300_000)

test('without an account, and where the client is not installed, the run is offline and says so in one line', async () => {
  const home = scratch()
  const nobody = { HOME: home, PATH: '/nowhere' }
  const first = start(scratch(), nobody)
  first.row(row(1, { loss: 1 }))
  await first.sink.finish('completed', 0)
  expect(first.lines).toEqual([
    expect.stringMatching(
      /^wandb: offline \(nobody is logged in\), logged in .*; upload it with: bun run sync /,
    ),
  ])
  const bare = start(scratch(), { ...nobody, WANDB_API_KEY: KEY, WANDB_BASE_URL: 'http://127.0.0.1:9' })
  bare.row(row(1, { loss: 1 }))
  await bare.sink.finish('completed', 0)
  expect(bare.lines).toEqual([expect.stringContaining('wandb-core is not installed (pip install wandb)')])
  expect(syncWandb(first.directory, silent, nobody)).rejects.toThrow('nobody is logged in')
})

test('the account is found where W&B keeps it', () => {
  const home = scratch()
  const root = scratch()
  const netrc = 'machine other login a password no\nmachine api.wandb.ai\n  login user\n  password s3cret\n'
  writeFileSync(join(home, '.netrc'), netrc)
  const bare = { HOME: home }
  expect(wandbAccount(bare, root)).toEqual({
    baseUrl: 'https://api.wandb.ai',
    key: 's3cret',
    mode: 'online',
  })
  writeFileSync(join(root, 'settings'), '[default]\nbase_url = http://own:8080/\nmode = offline\n')
  expect(wandbAccount(bare, root)).toEqual({ baseUrl: 'http://own:8080', key: undefined, mode: 'offline' })
  const named = { ...bare, WANDB_API_KEY: 'k', WANDB_MODE: 'online', WANDB_BASE_URL: 'https://x' }
  expect(wandbAccount(named, root)).toEqual({ baseUrl: 'https://x', key: 'k', mode: 'online' })
  expect(netrcEntries('default login a password b\n# machine c password d').size).toBe(0)
})

test("a GPU's load has W&B's names", () => {
  expect(readGpuLoad('0, 87, 40, 1024, 4096, 61, 250.5\n1, [N/A], 0, 1, 2, 3, [N/A]\n')).toMatchObject({
    'gpu.0.gpu': 87,
    'gpu.0.memoryAllocated': 25,
    'gpu.0.memoryAllocatedBytes': 1_073_741_824,
    'gpu.0.powerWatts': 250.5,
    'gpu.1.temp': 3,
  })
})
