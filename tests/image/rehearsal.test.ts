import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { scratchFolder } from '../setup/scratch.ts'
import { type BuiltStage, imageRehearsal, type Rehearsal } from './image-rehearsal.ts'

setDefaultTimeout(7_200_000)

const root = join(import.meta.dir, '../..')
const asked = process.env.CT_DOCKER_REHEARSAL ?? ''
const able =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  ['debootstrap', 'unshare', 'rustup', 'node'].every((name) => Bun.which(name) !== null)
if (asked === '' || !able)
  console.warn(
    'skipped: set CT_DOCKER_REHEARSAL to 1, or to a folder that keeps the stages, to build the image in roots made by ' +
      'debootstrap; it needs Linux, root, rustup, Node, 12 GB and half an hour',
  )

describe.skipIf(asked === '' || !able)('the image, built step by step in clean roots', () => {
  const folder = asked === '1' ? scratchFolder() : asked
  const work = join(folder, `work-${process.pid}`)
  let rehearsal: Rehearsal
  let runtime: BuiltStage
  beforeAll(() => {
    rehearsal = imageRehearsal(root, folder, { LIBTORCH_VARIANT: 'cpu' })
    runtime = rehearsal.build('runtime')
    mkdirSync(work, { recursive: true })
    // What a person would mount, writable for the image's user.
    Bun.spawnSync(['chown', '10001:10001', work])
  })
  afterAll(() => {
    if (asked === '1') rmSync(folder, { recursive: true, force: true })
    rmSync(work, { recursive: true, force: true })
  })
  const command = (...words: string[]): string[] => rehearsal.container(runtime, words, { '/work': work })
  const run = (...words: string[]): { exitCode: number; text: string } => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(command(...words), { stdin: 'ignore' })
    return { exitCode, text: `${stdout}${stderr}` }
  }
  const trainer = (...words: string[]): string[] => [...runtime.entrypoint, ...words]
  const training = [
    ...['train', 'data.data_root=data', 'data.image_size=32', 'data.batch_size=8', 'trainer.max_epochs=3'],
    'hydra.run.dir=run',
  ]

  test('runs as nobody special, who cannot change the program', () => {
    expect(run('id', '-u').text.trim()).toBe('10001')
    expect(run('sh', '-c', 'touch /app/ts/new').exitCode).not.toBe(0)
    expect(run('sh', '-c', 'touch /work/new && rm /work/new').exitCode).toBe(0)
  })

  test('both addons find every library that they need', () => {
    const script =
      'for part in /cache/classifier-training/addon/*/*.node; do\n' +
      '  echo "$part"\n' +
      '  LD_LIBRARY_PATH=$(echo /cache/classifier-training/libtorch/*/torch/lib) ldd "$part"\n' +
      'done'
    const { exitCode, text } = run('sh', '-euc', script)
    expect([exitCode, text]).toEqual([0, expect.not.stringContaining('not found')])
    for (const name of ['classifier_training.node', 'classifier_images.node', 'libtorch_cpu.so', 'libc10.so'])
      expect(text).toContain(name)
  })

  test('holds nothing that compiles', () => {
    const { text } = run('sh', '-c', 'command -v cargo rustc cc gcc g++ make python3 npm node; true')
    expect(text).toBe('')
  })

  test('carries no download of what it was made from', () => {
    expect(run('ls', '-A', '/cache').text.trim()).toBe('classifier-training')
  })

  test('sees all its parts and needs nothing more', () => {
    const { exitCode, text } = run(...trainer('setup', '--check'))
    expect([exitCode, text]).toEqual([0, expect.not.stringContaining('missing')])
  })

  test('SIGTERM to process 1 saves and ends with 75; the same command goes on to the end', async () => {
    expect(run(...trainer('generate', 'output=data', 'count=400', 'seed=3'))).toMatchObject({ exitCode: 0 })
    const child = Bun.spawn(command(...trainer(...training)), {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const metrics = join(work, 'run/metrics.jsonl')
    while (child.exitCode === null && !(existsSync(metrics) && readFileSync(metrics, 'utf8') !== ''))
      await Bun.sleep(50)
    const [first = 0] = childrenOf(child.pid)
    process.kill(first, 'SIGTERM')
    const text = `${await new Response(child.stdout).text()}${await new Response(child.stderr).text()}`
    expect([await child.exited, text]).toEqual([75, expect.stringContaining('go on with')])
    const again = run(...trainer(...training))
    expect([again.exitCode, again.text]).toEqual([0, expect.any(String)])
    const summary = JSON.parse(readFileSync(join(work, 'run/summary.json'), 'utf8'))
    expect(summary).toMatchObject({ status: 'completed', epochs: 3, resumed_from: [expect.anything()] })
    expect(existsSync(join(work, 'run/model.onnx'))).toBe(true)
  })

  test('in the stage for tests, lint and tests run', () => {
    const stage = rehearsal.build('test')
    expect(stage.cmd).toEqual(['bun', 'ts/cli/main.ts', 'ready'])
    for (const words of [['lint'], ['test', '--typescript', 'tests/config', 'tests/native', 'tests/train']]) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(
        rehearsal.container(stage, [...stage.cmd.slice(0, 2), ...words]),
        { stdin: 'ignore' },
      )
      expect([words, exitCode, `${stdout}${stderr}`]).toEqual([words, 0, expect.any(String)])
    }
  })
})

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}
