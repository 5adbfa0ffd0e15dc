import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type BucketServer, bucketServer } from '../store/bucket-server.ts'
import { cli, json, scratch, smallData, smallTraining } from './cli.ts'

setDefaultTimeout(300_000)

const main = new URL('../../ts/cli/main.ts', import.meta.url).pathname
const folder = scratch()
let data = ''
let server: BucketServer
let whole: { weights_sha256: string; ema_sha256: string }

const training = (run: string): string[] =>
  smallTraining(data, run, 'trainer.max_epochs=3', 'callbacks.onnx_export=null')

beforeAll(async () => {
  server = bucketServer()
  data = await smallData(folder)
  const { code, stderr } = await cli(training(join(folder, 'whole')), folder)
  if (code !== 0) throw new Error(stderr)
  whole = await json(join(folder, 'whole/summary.json'))
})
afterAll(() => server.stop())

/** Starts the run on a machine: a folder that holds all it knows. */
function start(machine: string, run: string) {
  return Bun.spawn([process.execPath, main, ...training(run)], {
    cwd: folder,
    stdout: 'ignore',
    stderr: 'pipe',
    env: {
      ...process.env,
      NO_COLOR: '1',
      STORAGE_EMULATOR_HOST: server.host,
      CLASSIFIER_TRAINING_STAGES: join(folder, machine),
    },
  })
}

async function finish(machine: string, run: string): Promise<string> {
  const child = start(machine, run)
  const said = await new Response(child.stderr).text()
  expect([await child.exited, said]).toEqual([0, expect.any(String)])
  return said
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (await what()) return
    await Bun.sleep(20)
  }
  throw new Error('it never came')
}

const commits = (run: string): number =>
  [...server.objects.keys()].filter((name) => name.startsWith(`bucket/${run}/.commits/`)).length

function expectSameEnd(run: string): void {
  const bytes = server.objects.get(`bucket/${run}/summary.json`)
  const { status, weights_sha256, ema_sha256 } = JSON.parse(new TextDecoder().decode(bytes)) as Record<
    string,
    string
  >
  expect({ status, weights_sha256, ema_sha256 }).toEqual({
    status: 'completed',
    weights_sha256: whole.weights_sha256,
    ema_sha256: whole.ema_sha256,
  })
}

describe('a run in a bucket that loses its machine', () => {
  test('SIGTERM: it saves, and goes on elsewhere to the same weights', async () => {
    const run = 'gs://bucket/terminated'
    let requests = 0
    server.isBusy = () => ++requests % 7 === 0
    const first = start('a1', run)
    await until(() => logged('a1', 3))
    first.kill('SIGTERM')
    const said = await new Response(first.stderr).text()
    expect(await first.exited).toBe(75)
    expect(said).toContain(`hydra.run.dir=${run}`)

    expect(await finish('b1', run)).toContain('resumed in epoch')
    server.isBusy = () => false
    expectSameEnd('terminated')
    expect(await finish('c1', run)).toContain('already completed')
  })

  test('SIGKILL while a checkpoint is half copied: it goes on from the one before', async () => {
    const run = 'gs://bucket/killed'
    let isStuck = false
    server.onUpload = async (name) => {
      if (commits('killed') === 0 || !name.includes('/.objects/')) return false
      // From the second save on nothing gets through: a process that is killed now has copied a part.
      isStuck = true
      await Bun.sleep(300_000)
      return true
    }
    const first = start('a2', run)
    await until(() => isStuck)
    await until(() => logged('a2', 6))
    first.kill('SIGKILL')
    await first.exited
    server.onUpload = async () => false

    expect(await finish('b2', run)).toContain('resumed in epoch')
    expectSameEnd('killed')
  })

  test('two machines start it at the same moment: one trains, the other waits and finds it done', async () => {
    const run = 'gs://bucket/twice'
    const children = ['a4', 'b4'].map((machine) => start(machine, run))
    const said = await Promise.all(children.map(({ stderr }) => new Response(stderr).text()))
    expect(await Promise.all(children.map(({ exited }) => exited))).toEqual([0, 0])
    expect(said.filter((text) => text.includes('works on gs://bucket/twice: waiting')).length).toBe(1)
    expect(said.filter((text) => text.includes('already completed')).length).toBe(1)
    expectSameEnd('twice')
  })

  test('a folder that stands for a mounted bucket does as well', async () => {
    const run = `mount://${join(folder, 'mounted/run')}`
    const first = start('a3', run)
    await until(() => logged('a3', 2))
    first.kill('SIGTERM')
    expect(await first.exited).toBe(75)
    expect(existsSync(join(folder, 'mounted/run/summary.json'))).toBe(false)
    await finish('b3', run)
    expect((await json(join(folder, 'mounted/run/summary.json'))).weights_sha256).toBe(whole.weights_sha256)
  })
})

/** Whether the machine's stage has so many rows of metrics. */
async function logged(machine: string, wanted: number): Promise<boolean> {
  const [stage] = existsSync(join(folder, machine)) ? readdirSync(join(folder, machine)) : []
  const file = join(folder, machine, stage ?? '', 'metrics.jsonl')
  return stage !== undefined && existsSync(file) && (await Bun.file(file).text()).split('\n').length > wanted
}
