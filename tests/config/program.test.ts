// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Hydra's interpolations
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SweepState } from '../../ts/config/run/sweep-state.ts'
import { type TemporaryTree, temporaryTree } from './tree.ts'

// On a busy machine; nothing here is timed.
setDefaultTimeout(120_000)

const PROGRAM = join(import.meta.dir, '../fixtures/config/program/train.ts')

let tree: TemporaryTree

beforeEach(() => {
  tree = temporaryTree({
    'config.yaml': `defaults:
  - _self_
  - model: resnet18
seed: 1
fail: false
started: \${now:%Y-%m-%d_%H-%M-%S-%f}
out: \${hydra:runtime.output_dir}
hydra:
  run:
    dir: outputs/\${now:%Y}
  sweep:
    dir: sweep
`,
    'model/resnet18.yaml': '# The small one\nname: resnet18\n',
    'model/resnet50.yaml': 'name: resnet50\n',
  })
})
afterEach(() => tree.remove())

async function run(...argv: string[]) {
  const child = Bun.spawn([process.execPath, PROGRAM, ...argv], {
    cwd: tree.root,
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { out, err, exitCode }
}

function read<Shape = Record<string, unknown>>(path: string): Shape {
  return JSON.parse(readFileSync(join(tree.root, path), 'utf8')) as Shape
}

const year = new Date().getFullYear()

describe('a run', () => {
  test('writes what Hydra writes', async () => {
    expect(await run('seed=7', 'hydra.verbose=false')).toMatchObject({ exitCode: 0, err: '' })
    const directory = `outputs/${year}`
    expect(read(`${directory}/result.json`)).toMatchObject({ seed: 7, out: join(tree.root, directory) })
    expect(readFileSync(join(tree.root, directory, '.hydra/overrides.yaml'), 'utf8')).toBe('- seed=7\n')
    expect(readFileSync(join(tree.root, directory, '.hydra/config.yaml'), 'utf8')).toContain(
      'out: ${hydra:runtime.output_dir}\n',
    )
    expect(readFileSync(join(tree.root, directory, '.hydra/hydra.yaml'), 'utf8')).toStartWith(
      'hydra:\n  run:\n    dir: outputs/${now:%Y}\n',
    )
  })

  test('never shares a directory that is named by time', async () => {
    await run()
    await run()
    await run()
    expect(readdirSync(join(tree.root, 'outputs')).sort()).toEqual([`${year}`, `${year}-1`, `${year}-2`])
    expect(read(`outputs/${year}-2/result.json`)).toMatchObject({ out: join(tree.root, `outputs/${year}-2`) })
  })

  test('uses a directory that the user named as it is', async () => {
    await run('hydra.run.dir=mine')
    await run('hydra.run.dir=mine', 'seed=3')
    expect(readdirSync(tree.root).sort()).toEqual(['conf', 'mine'])
    expect(read('mine/result.json')).toMatchObject({ seed: 3 })
  })

  test('writes nothing with hydra.run.dir=null, no .hydra with hydra.output_subdir=null', async () => {
    await run('hydra.run.dir=null')
    expect(readdirSync(tree.root)).toEqual(['conf'])
    await run('hydra.run.dir=o', 'hydra.output_subdir=null')
    expect(readdirSync(join(tree.root, 'o'))).toEqual(['result.json'])
  })

  test('that fails names its overrides', async () => {
    const { err, exitCode } = await run('fail=true', 'hydra.run.dir=o')
    expect(exitCode).toBe(1)
    expect(err).toBe("Error executing job with overrides: ['fail=true']\nthis job was told to fail\n")
  })

  test('can be run again from its directory', async () => {
    await run('hydra.run.dir=first', 'seed=5', 'model=resnet50')
    const { exitCode } = await run('--rerun', 'first', 'hydra.run.dir=second', 'seed=6')
    expect(exitCode).toBe(0)
    expect(read('second/result.json')).toMatchObject({ seed: 6, model: { name: 'resnet50' } })
    const refused = await run('--rerun', 'first', 'model=resnet18')
    expect(refused).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('chooses an option of a group'),
    })
  })
})

describe('a sweep', () => {
  const state = () => read<SweepState>('sweep/sweep.json')

  test('runs each combination in a process of its own, at one point of time', async () => {
    const { exitCode, out } = await run('-m', 'model=resnet18,resnet50', 'seed=range(2,4)')
    expect(exitCode).toBe(0)
    expect(out).toContain('Launching 4 jobs locally')
    expect(out).toEndWith(
      [
        '0 completed model=resnet18 seed=2',
        '1 completed model=resnet18 seed=3',
        '2 completed model=resnet50 seed=2',
        '3 completed model=resnet50 seed=3\n',
      ].join('\n'),
    )
    const results = [0, 1, 2, 3].map((number) =>
      read<{ started: string; out: string }>(`sweep/${number}/result.json`),
    )
    expect(new Set(results.map((result) => result.started)).size).toBe(1)
    expect(results.map((result) => result.out)).toEqual(
      [0, 1, 2, 3].map((number) => join(tree.root, 'sweep', `${number}`)),
    )
    expect(readFileSync(join(tree.root, 'sweep/3/.hydra/overrides.yaml'), 'utf8')).toBe(
      '- model=resnet50\n- seed=3\n',
    )
    expect(existsSync(join(tree.root, 'sweep/multirun.yaml'))).toBe(true)
    expect(state().jobs.map((job) => job.status)).toEqual([
      'completed',
      'completed',
      'completed',
      'completed',
    ])
  })

  test('goes on after a job that fails, and again where it stopped', async () => {
    const first = await run('-m', 'fail=false,true', 'seed=8')
    expect(first.exitCode).toBe(1)
    expect(first.err).toContain('1 of 2 jobs failed:\n\t#1 : fail=True seed=8  (exit code 1')
    expect(state().jobs.map((job) => job.status)).toEqual(['completed', 'failed'])
    const started = read(`sweep/0/result.json`)
    const again = await run('-m', 'fail=false,true', 'seed=8')
    expect(again.out).toContain('1 of 2 jobs are already completed')
    expect(again.out).toContain('Launching 1 jobs locally')
    expect(again.out).toContain('#1 : fail=True seed=8')
    expect(read('sweep/0/result.json')).toEqual(started)
  })

  test('refuses the directory of another sweep', async () => {
    await run('-m', 'seed=1,2')
    const { exitCode, err } = await run('-m', 'seed=1,2,3')
    expect(exitCode).toBe(2)
    expect(err).toContain('holds a sweep with other jobs (2, now 3)')
    writeFileSync(join(tree.root, 'sweep/sweep.json'), '{')
    expect((await run('-m', 'seed=1,2')).err).toContain('not readable as the state of a sweep')
  })

  test('composes all jobs before the first one starts', async () => {
    const { exitCode, err } = await run('-m', 'model=resnet18,resnet5')
    expect(exitCode).toBe(2)
    expect(err).toContain("job #1 (model=resnet5): in 'config': could not find 'model/resnet5'")
    expect(existsSync(join(tree.root, 'sweep'))).toBe(false)
  })

  test('is listed by --dry-run', async () => {
    const { out } = await run('-m', '--dry-run', 'seed=1,2')
    expect(out).toBe('#0 : seed=1\n#1 : seed=2\n')
    expect(readdirSync(tree.root)).toEqual(['conf'])
  })

  test('takes its parameters from the configuration', async () => {
    const { out } = await run(
      'hydra.mode=MULTIRUN',
      '+hydra.sweeper.params={seed:"1,2",model:"glob(*)"}',
      'seed=9',
      '--dry-run',
    )
    expect(out).toBe('#0 : seed=9 model=resnet18\n#1 : seed=9 model=resnet50\n')
  })
})

describe('what is shown', () => {
  test('flags may stand anywhere', async () => {
    expect((await run('seed=2', '--cfg', 'job', 'model=resnet50', '-p', 'model')).out).toBe(
      '# @package model\nname: resnet50\n',
    )
    expect((await run('--json', '-c=job', '-p=model')).out).toBe('{\n  "name": "resnet18"\n}\n')
  })

  test('an explanation', async () => {
    expect((await run('--explain', 'model.name', 'model=resnet50', '++model.name=mine')).out).toBe(
      `model.name = mine
  set by      the command line, argument 2: ++model.name=mine
  replaced    resnet50  from conf/model/resnet50.yaml:1:7
`,
    )
    const { out } = await run('--explain', 'size', '+size=${model.name}')
    expect(out).toEndWith('  refers to   model.name, set by conf/model/resnet18.yaml:2:7\n')
    expect((await run('--explain', 'modle.name')).err).toContain('did you mean model.name?')
  })

  test('completion for shells', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { out } = await run('-sc', `install=${shell}`)
      expect(out).toContain(`query=${shell}`)
    }
    const child = Bun.spawn([process.execPath, PROGRAM, '-sc', 'query=bash'], {
      cwd: tree.root,
      env: { ...process.env, COMP_LINE: 'train seed=3 model=res' },
      stdout: 'pipe',
    })
    expect(await new Response(child.stdout).text()).toBe('model=resnet18\nmodel=resnet50\n')
    expect((await run('-sc', 'install=tcsh')).err).toContain("no completion for 'tcsh'")
  })

  test('mistakes in flags', async () => {
    expect(await run('--cgf', 'job')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('did you mean --cfg?'),
    })
    expect((await run('--cfg', 'jop')).err).toContain('did you mean job?')
    expect((await run('-m', '--cfg', 'job')).err).toContain('only one of --run, --multirun')
    expect((await run('--version')).out).toBe('train 1.2.3\n')
  })
})
