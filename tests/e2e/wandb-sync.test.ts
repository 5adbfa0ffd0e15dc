import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { officialSync } from '../logging/official-sync.ts'
import { pythonWith } from '../logging/reference-python.ts'
import { type WandbServer, wandbServer } from '../logging/wandb-server.ts'
import { cli, firstCheckpoint, firstRow, scratch, smallData, smallTraining, spawnCli } from './cli.ts'

setDefaultTimeout(900_000)

const folder = scratch()
const servers: WandbServer[] = []
afterAll(() => {
  for (const server of servers) server.stop()
})

function serve(): WandbServer {
  const server = wandbServer()
  servers.push(server)
  return server
}

/** The official upload of a run's logs, which must succeed. */
async function syncRun(python: string, server: WandbServer, run: string): Promise<string> {
  const wandb = join(run, 'wandb')
  const logs = readdirSync(wandb).filter((name) => name.startsWith('offline-run-'))
  const paths = logs.map((name) => join(wandb, name))
  const [code, said] = await officialSync(python, server, paths, scratch())
  expect([code, said]).toEqual([0, expect.not.stringContaining('ERROR')])
  return said
}

/** The rows of metrics.jsonl and the server's, under the same names; rows that hold pictures alone are left out. */
function bothSides(run: string, server: WandbServer) {
  const file = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n')
  const logged = file.map((line) => {
    const { step, time, ...values } = JSON.parse(line) as Record<string, number | null>
    return { ...values, step, time }
  })
  const uploaded = (server.history.get('run1') ?? []).map((row) => {
    const { _step, _runtime, _timestamp, 'trainer/global_step': step, ...values } = row
    const scalars = Object.entries(values).filter(([, value]) => typeof value !== 'object')
    return { ...Object.fromEntries(scalars), step, time: _timestamp }
  })
  const rows = uploaded.filter((row) => Object.keys(row).length > 3)
  return { logged, rows, steps: (server.history.get('run1') ?? []).map(({ _step }) => _step) }
}

const wandbRun = (data: string, run: string) =>
  smallTraining(
    data,
    run,
    'logging=wandb',
    'logging.wandb.offline=true',
    'logging.wandb.log_model=true',
    '+logging.wandb.id=run1',
  )

test('`wandb sync` takes a real run, killed twice and resumed twice: every row, picture, table, the model, the state', async () => {
  const python = pythonWith('wandb')
  if (!python) return
  const data = await smallData(folder)
  const run = join(folder, 'whole')
  // Before there is a checkpoint, and once one is written, which happens beside training.
  for (const moment of [() => firstRow(run, 2), () => firstCheckpoint(run)]) {
    const child = spawnCli(wandbRun(data, run), folder)
    await moment().finally(() => child.kill('SIGKILL'))
    await child.exited
  }
  const last = await cli(wandbRun(data, run), folder)
  expect([last.code, last.stderr]).toEqual([0, expect.stringMatching(/wandb: offline \(as configured\)/)])
  expect(last.stderr).toContain('resumed in epoch')

  const server = serve()
  await syncRun(python, server, run)
  const { logged, rows, steps } = bothSides(run, server)
  expect(rows).toEqual(logged)
  expect(steps).toEqual(steps.map((_, index) => index))
  const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as {
    final: Record<string, number>
  }
  expect(server.summary.get('run1')).toMatchObject({ 'val/acc_top1': summary.final['val/acc_top1'] })
  expect(server.exitCodes.get('run1')).toBe(0)
  expect(server.configs.at(-1)).toMatchObject({ seed: { value: 42 } })
  const names = [...server.files.keys()]
  for (const start of ['media/images/', 'media/table/', 'artifact/model.onnx'])
    expect([start, names.some((name) => name.startsWith(start))]).toEqual([start, true])
  const model = server.files.get('artifact/model.onnx') ?? new Uint8Array()
  expect(readFileSync(join(run, 'model.onnx')).equals(model)).toBe(true)
  const matrix = names.find((name) => /^media\/images\/.*confusion_matrix_/.test(name))
  expect(
    Buffer.from(server.files.get(matrix ?? '') ?? [])
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  expect(server.console.get('run1')?.join('\n')).toContain('epoch 1/1')
})

test('`wandb sync` takes a run that was killed in the middle, as failed, with every row', async () => {
  const python = pythonWith('wandb')
  if (!python) return
  const data = join(folder, 'data')
  const run = join(folder, 'killed')
  const child = spawnCli(wandbRun(existsSync(data) ? data : await smallData(folder), run), folder)
  await firstRow(run, 5).finally(() => child.kill('SIGKILL'))
  await child.exited
  const server = serve()
  await syncRun(python, server, run)
  const { logged, rows } = bothSides(run, server)
  // The kill may fall between the two writes of one event.
  expect(rows).toEqual(logged.slice(0, rows.length))
  expect(rows.length).toBeGreaterThanOrEqual(logged.length - 1)
  expect(server.exitCodes.get('run1')).toBe(1)
})
