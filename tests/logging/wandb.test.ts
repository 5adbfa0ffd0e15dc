import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { parse } from 'yaml'
import { manifestDigest } from '../../ts/logging/wandb/artifact.ts'
import { type ReadRecord, readRecord } from '../../ts/logging/wandb/record.ts'
import { readTransactionLog, TransactionLog } from '../../ts/logging/wandb/transaction-log.ts'
import { wandbLogger } from '../../ts/logging/wandb.ts'
import { officialSync } from './official-sync.ts'
import { pythonWith } from './reference-python.ts'
import { leftBehind, recorded, row, scratch, sinkContext, writePng } from './run-files.ts'
import { wandbServer } from './wandb-server.ts'

function start(directory: string, resumedStep: number | null = null, options = {}, keepBytes = 0) {
  const { context, lines } = sinkContext(directory, resumedStep)
  const parsed = v.parse(wandbLogger.schema, {
    project: 'classifier-training',
    save_dir: directory,
    offline: true,
    ...options,
  })
  const sink = wandbLogger.create(parsed, context)
  return { directory, sink, lines, ...recorded(directory, sink, keepBytes) }
}

const folders = (directory: string): string[] =>
  readdirSync(join(directory, 'wandb'))
    .filter((name) => name.startsWith('offline-run-'))
    .sort()
    .map((name) => join(directory, 'wandb', name))

function logOf(folder: string): string {
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.wandb')) ?? '')
}

const records = (folder: string): ReadRecord[] =>
  readTransactionLog(logOf(folder)).map(({ data }) => readRecord(data))

function history(folder: string): Record<string, unknown>[] {
  return records(folder).flatMap((record) =>
    record.kind === 'history'
      ? [
          Object.fromEntries(
            [...record.values].map(([name, json]) => [
              name,
              JSON.parse(json.replace(/^-?Infinity|NaN$/, '"$&"')),
            ]),
          ),
        ]
      : [],
  )
}

const only = <Item>(items: readonly Item[]): Item => {
  expect(items.length).toBe(1)
  return items[0] as Item
}

test('records of every length around a block come back whole', () => {
  const path = join(scratch(), 'run.wandb')
  const sizes = [0, 1, 32_740, 5, 32_754, 32_761, 100_000, 32_768, 3]
  const log = new TransactionLog(path)
  for (const size of sizes) log.append([Buffer.alloc(size, size % 251)])
  log.close()
  const read = readTransactionLog(path)
  expect(read.map(({ data }) => data.length)).toEqual(sizes)
  for (const { data } of read) expect(data.every((byte) => byte === data.length % 251)).toBe(true)
  const end = read[5]?.end ?? 0
  const again = new TransactionLog(path, end)
  again.append([Buffer.from('after'), Buffer.alloc(40_000)])
  again.close()
  expect(readTransactionLog(path).map(({ data }) => data.length)).toEqual([...sizes.slice(0, 6), 5, 40_000])
  truncateSync(path, end + 9)
  expect(readTransactionLog(path).length).toBe(6)
})

test('a row is on the disk when the call returns, with its axes, and numbers JSON has not', async () => {
  const directory = scratch()
  const run = start(directory)
  run.row(row(3, { 'val/acc.top1': 0.5, bad: Number.NaN, worse: Number.NEGATIVE_INFINITY }))
  const folder = only(folders(directory))
  expect(only(history(folder))).toMatchObject({
    'val/acc.top1': 0.5,
    bad: 'NaN',
    worse: '-Infinity',
    epoch: 0,
    'trainer/global_step': 3,
    _step: 0,
    _timestamp: 1_700_000_000.75,
  })
  expect(run.lines).toEqual([
    expect.stringMatching(
      /^wandb: offline \(as configured\), logged in .*offline-run-.*; upload it with: bun run sync /,
    ),
  ])
  await run.sink.finish('completed', 0)
  expect(
    records(folder)
      .map(({ kind }) => kind)
      .at(-1),
  ).toBe('exit')
  expect(parse(readFileSync(join(folder, 'files/config.yaml'), 'utf8'))).toMatchObject({
    seed: { value: 42 },
  })
  expect(existsSync(join(directory, 'wandb/latest-run'))).toBe(true)
})

test('pictures stand in the row of their step', async () => {
  const directory = scratch()
  const run = start(directory)
  const png = writePng(join(directory, 'a.png'), '#ff0000')
  const image = { key: 'val/grid', path: join(directory, 'a.png'), caption: 'red', epoch: 0 }
  run.sink.image?.({ ...image, step: 4 })
  run.row(row(4, { 'val/loss': 1 }))
  run.sink.image?.({ ...image, step: 8 })
  run.row(row(9, { 'train/loss': 2 }))
  await run.sink.finish('completed', 0)
  const folder = only(folders(directory))
  const rows = history(folder)
  expect(rows.map((each) => [each['trainer/global_step'], 'val/grid' in each])).toEqual([
    [4, true],
    [8, true],
    [9, false],
  ])
  const value = rows[0]?.['val/grid'] as { path: string }
  expect(value).toMatchObject({ _type: 'image-file', width: 12, height: 8, caption: 'red', size: png.length })
  expect(readFileSync(join(folder, 'files', value.path)).equals(png)).toBe(true)
})

test('a run that was killed goes on in the same file: no row twice, none lost', async () => {
  const first = start(scratch())
  for (let step = 1; step <= 4; step++) first.row(row(step, { loss: step }))
  const kept = first.bytes()
  for (let step = 5; step <= 7; step++) first.row(row(step, { loss: step }))
  const directory = leftBehind(first.directory)
  const folder = only(folders(directory))
  const second = start(directory, 4, {}, kept)
  for (let step = 5; step <= 6; step++) second.row(row(step, { loss: 10 * step }))
  await second.sink.finish('interrupted', 75)
  const third = start(directory, 6, {}, second.bytes())
  third.row(row(7, { loss: 70 }))
  await third.sink.finish('completed', 0)
  expect(only(folders(directory))).toBe(folder)
  expect(history(folder).map(({ loss, _step }) => [loss, _step])).toEqual(
    [1, 2, 3, 4, 50, 60, 70].map((loss, index) => [loss, index]),
  )
  expect(records(folder).filter(({ kind }) => kind === 'exit').length).toBe(1)
})

test('rows that a torn log lost come back from metrics.jsonl', async () => {
  const first = start(scratch())
  for (let step = 1; step <= 4; step++) first.row(row(step, { loss: step }))
  const directory = leftBehind(first.directory)
  const folder = only(folders(directory))
  const log = logOf(folder)
  const third = readTransactionLog(log).findIndex(({ data }) => {
    const record = readRecord(data)
    return record.kind === 'history' && record.values.get('loss') === '3'
  })
  truncateSync(log, (readTransactionLog(log)[third]?.end ?? 0) - 2)
  const second = start(directory, 4, {}, first.bytes())
  second.row(row(5, { loss: 5 }))
  await second.sink.finish('completed', 0)
  expect(history(folder).map(({ loss }) => loss)).toEqual([1, 2, 3, 4, 5])
})

test('after an upload the run goes on in a new folder, and what was uploaded is not repeated', async () => {
  const directory = scratch()
  const first = start(directory)
  for (let step = 1; step <= 3; step++) first.row(row(step, { loss: step }))
  const kept = first.bytes()
  first.row(row(4, { loss: 4 }))
  await first.sink.finish('interrupted', 75)
  writeFileSync(`${logOf(only(folders(directory)))}.synced`, '')
  const second = start(directory, 3, {}, kept)
  for (let step = 4; step <= 6; step++) second.row(row(step, { loss: step }))
  await second.sink.finish('completed', 0)
  const all = folders(directory)
  expect(all.length).toBe(2)
  expect(all.flatMap(history).map(({ loss, _step }) => [loss, _step])).toEqual(
    [1, 2, 3, 4, 5, 6].map((loss, index) => [loss, index]),
  )
})

test('the model is logged as an artifact from a copy of its own', async () => {
  const directory = scratch()
  const model = join(directory, 'export/model.onnx')
  mkdirSync(dirname(model))
  writeFileSync(model, 'weights')
  const run = start(directory, null, { log_model: true, id: 'mine' })
  run.sink.file?.(model, 'model')
  run.row(row(1, { loss: 1 }))
  await run.sink.finish('completed', 0)
  const folder = only(folders(directory))
  const [kept] = readdirSync(join(folder, 'artifacts'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.onnx'),
  )
  expect(readFileSync(join(folder, 'artifacts', kept ?? ''), 'utf8')).toBe('weights')
})

test("an artifact's digest is the one of the Python client", () => {
  // md5(b"wandb-artifact-manifest-v1\na.txt:AAA=\nb.txt:BBB=\n")
  const digest = manifestDigest([
    { path: 'b.txt', digest: 'BBB=' },
    { path: 'a.txt', digest: 'AAA=' },
  ])
  expect(digest).toBe(
    new Bun.CryptoHasher('md5').update('wandb-artifact-manifest-v1\na.txt:AAA=\nb.txt:BBB=\n').digest('hex'),
  )
})

test('a process that is killed at once has lost no row', async () => {
  const directory = scratch()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'endless-run.ts'), directory], {
    stdout: 'pipe',
  })
  let said = ''
  for await (const bytes of child.stdout) {
    said += Buffer.from(bytes).toString()
    if (said.split('\n').length > 200) break
  }
  child.kill('SIGKILL')
  await child.exited
  const told = Number(said.trim().split('\n').at(-2))
  const rows = history(only(folders(directory)))
  expect(rows.length).toBeGreaterThanOrEqual(told)
  expect(rows.slice(0, told).map(({ loss }) => loss)).toEqual(
    Array.from({ length: told }, (_, index) => index + 1),
  )
})

test('no key reaches the log or the files', async () => {
  const directory = scratch()
  const { context, lines } = sinkContext(directory)
  const secret = 'f00dfacef00dface'
  const config = { tracking: `http://me:${secret}@host/`, api_key: secret, note: `key ${secret}` }
  process.env.WANDB_API_KEY = secret
  try {
    const parsed = v.parse(wandbLogger.schema, { save_dir: directory, offline: true })
    const sink = wandbLogger.create(parsed, { ...context, config })
    sink.row(row(1, { loss: 1 }))
    await sink.finish('completed', 0)
  } finally {
    delete process.env.WANDB_API_KEY
  }
  const written = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  expect(written.length).toBeGreaterThan(2)
  for (const { parentPath, name } of written)
    expect([name, readFileSync(join(parentPath, name)).includes(secret)]).toEqual([name, false])
  expect(lines.join()).not.toContain(secret)
})

test('WANDB_MODE=disabled logs nothing', async () => {
  const directory = scratch()
  const run = start(directory, null, { mode: 'disabled' })
  run.row(row(1, { loss: 1 }))
  await run.sink.finish('completed', 0)
  expect(existsSync(join(directory, 'wandb'))).toBe(false)
})

test('the official classes parse every record', () => {
  const python = pythonWith('wandb')
  if (!python) return
  const directory = scratch()
  const run = start(directory, null, {
    tags: ['a', 'b'],
    notes: 'n',
    group: 'g',
    name: 'first',
    entity: 'team',
  })
  for (let step = 1; step <= 400; step++) run.row(row(step, { 'train/loss': 1 / step, text: step }))
  const folder = only(folders(directory))
  const { stdout, stderr, exitCode } = Bun.spawnSync([
    python,
    join(import.meta.dir, 'read_wandb.py'),
    logOf(folder),
  ])
  expect([exitCode, stderr.toString()]).toEqual([0, ''])
  const read = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, never>)
  expect(read.map(({ num }) => Number(num))).toEqual(read.map((_, index) => index + 1))
  expect(read[1]?.run).toMatchObject({
    project: 'classifier-training',
    entity: 'team',
    display_name: 'first',
    notes: 'n',
    run_group: 'g',
    tags: ['a', 'b'],
  })
  const rows = read.filter((each) => 'history' in each)
  expect(rows.length).toBe(400)
  const [metric] = read.filter(
    (each) => (each.metric as { name?: string } | undefined)?.name === 'train/loss',
  )
  expect(metric?.metric).toEqual({
    name: 'train/loss',
    step_metric: 'trainer/global_step',
    options: { step_sync: true },
  } as never)
}, 60_000)

test('`wandb sync` takes the log of a killed and resumed run to a server: rows, pictures, table, model, state', async () => {
  const python = pythonWith('wandb')
  if (!python) return
  const first = start(scratch(), null, { id: 'run1', log_model: true })
  for (let step = 1; step <= 5; step++) first.row(row(step, { 'train/loss': step }))
  const kept = first.bytes()
  first.row(row(6, { 'train/loss': 6 }))
  const directory = leftBehind(first.directory)
  const run = start(directory, 5, { id: 'run1', log_model: true }, kept)
  const png = writePng(join(directory, 'a.png'), '#00ff00')
  run.sink.image?.({ key: 'val/grid', path: join(directory, 'a.png'), caption: 'c', epoch: 0, step: 6 })
  run.sink.table?.({ key: 'val/grid', columns: ['a', 'n'], rows: [['x', 1]], epoch: 0, step: 6 })
  run.row(row(6, { 'train/loss': 60, 'val/acc': 0.5 }))
  writeFileSync(join(directory, 'model.onnx'), 'weights')
  run.sink.file?.(join(directory, 'model.onnx'), 'model')
  run.sink.summary?.({ 'val/acc': 0.5 })
  await run.sink.finish('completed', 0)

  const server = wandbServer()
  try {
    const [code, said] = await officialSync(python, server, [only(folders(directory))], scratch())
    expect([code, said]).toEqual([0, expect.any(String)])
    const rows = server.history.get('run1') ?? []
    expect([said, rows.map((each) => each['train/loss'])]).toEqual([said, [1, 2, 3, 4, 5, 60]])
    expect(rows.map((each) => each['trainer/global_step'])).toEqual([1, 2, 3, 4, 5, 6])
    expect(rows[5]?.['val/grid']).toMatchObject({ _type: 'image-file', caption: 'c' })
    expect(rows[5]?.['val/grid_table']).toMatchObject({ _type: 'table-file', nrows: 1 })
    const picture = [...server.files].find(([name]) => name.startsWith('media/images/val/grid_6_'))
    expect(png.equals(picture?.[1] ?? Buffer.alloc(0))).toBe(true)
    expect(server.summary.get('run1')).toMatchObject({ 'train/loss': 60, 'val/acc': 0.5 })
    expect(server.exitCodes.get('run1')).toBe(0)
    expect(server.configs.at(-1)).toMatchObject({ seed: { value: 42 } })
    const logged = server.configs.at(-1) as { _wandb: { value: { m: Record<string, unknown>[] } } }
    const axes = logged._wandb.value.m
    const axis = axes.findIndex((each) => each['1'] === 'trainer/global_step') + 1
    expect(axes.find((each) => each['1'] === 'val/acc')).toMatchObject({ 5: axis })
    const uploaded = [...server.files].find(([name]) => name === 'artifact/model.onnx')
    expect(Buffer.from(uploaded?.[1] ?? []).toString()).toBe('weights')
    expect(server.operations.filter((name) => name === 'CommitArtifact').length).toBe(2)
  } finally {
    server.stop()
  }
}, 120_000)
