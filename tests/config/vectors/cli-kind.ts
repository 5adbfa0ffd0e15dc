import { expect } from 'bun:test'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { taskOf } from '../../../ts/config/compose-tree.ts'
import { inProcessLauncher } from '../../../ts/config/launcher.ts'
import { resolveTree } from '../../../ts/config/resolve-tree.ts'
import type { Job } from '../../../ts/config/run/job.ts'
import { runProgram } from '../../../ts/config/run-program.ts'
import { nodeAt } from '../../../ts/config/tree/path.ts'
import { toPlain } from '../../../ts/config/tree/plain.ts'
import { dumpYaml } from '../../../ts/config/yaml/dump.ts'
import { requiredNames } from './expectation.ts'
import type { Setup } from './setup.ts'
import { textOf, texts, type Vector } from './vector.ts'

interface Run {
  readonly exitCode: number
  readonly out: string
  readonly err: string
  readonly root: string
}

/** A run of the program that the vectors describe: output, exit code and files. */
export async function checkCli(vector: Vector, setup: Setup): Promise<void> {
  const run = await runCase(vector, setup)
  const { entries } = vector.expect
  const exit = textOf(entries.get('exit'))
  const refusalAccepted = exit !== '0' && run.exitCode === 0 && /\baccept/i.test(vector.mayDiffer ?? '')
  if (refusalAccepted) return
  // A refused configuration exits with 2 here, with 1 in Python; both are failures.
  expect({ failed: run.exitCode !== 0, err: run.err }).toEqual({
    failed: exit !== '0',
    err: exit === '0' ? expect.anything() : run.err,
  })
  const stdout = entries.get('stdout')
  if (stdout) expect(normal(run.out, run.root)).toBe(normal(textOf(stdout), '<ROOT>'))
  const stderr = entries.get('stderr')
  if (stderr) {
    const names = requiredNames(textOf(stderr), vector.input)
    const text = `${run.err}\n${run.out}`.toLowerCase()
    expect({ absent: names.filter((name) => !text.includes(name.toLowerCase())), err: run.err }).toEqual({
      absent: [],
      err: run.err,
    })
  }
  const files = entries.get('files')
  if (files) expect(filesBelow(run.root)).toEqual(expect.arrayContaining(texts(files)))
}

async function runCase(vector: Vector, setup: Setup): Promise<Run> {
  const { configDir, root, env } = setup.directory(vector)
  let out = ''
  let err = ''
  const print = (text: string): void => {
    out += text
  }
  const task = async (job: Job): Promise<void> => {
    job.openLog().write('INFO', '__main__', 'hello')
    const config = taskOf(resolveTree(job.composition))
    print(`${dumpYaml(config)}\n`)
    const [x, failWhen] = [nodeAt(config, ['x']), nodeAt(config, ['fail_when'])]
    if (x && failWhen && failWhen.kind !== 'null' && toPlain(x) === toPlain(failWhen))
      throw new Error('RuntimeError: boom')
  }
  const program = {
    name: 'train.py',
    version: '0',
    jobName: 'train',
    configDir,
    configName: 'config',
    baseDir: root,
    command: [],
    task,
    launcher: (run: (number: number) => Promise<unknown>) => inProcessLauncher(({ job }) => run(job.number)),
  }
  const surroundings = {
    cwd: root,
    env,
    now: new Date(),
    print,
    printError: (text: string) => {
      err += text
    },
  }
  const exitCode = await runProgram(program, texts(vector.input.entries.get('argv')), surroundings)
  return { exitCode, out, err, root }
}

/** Times become `<STAMP>`, the directory `<ROOT>`; empty lines and outer spaces do not count. */
function normal(text: string, root: string): string {
  return text
    .replaceAll(root, '<ROOT>')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/g, '<STAMP>')
    .replaceAll(/\d{4}-\d\d-\d\d\/\d\d-\d\d-\d\d/g, '<STAMP>')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n')
}

function filesBelow(root: string): string[] {
  const found: string[] = []
  const visit = (path: string): void => {
    for (const name of existsSync(join(root, path)) ? readdirSync(join(root, path)) : []) {
      const inner = path === '' ? name : `${path}/${name}`
      if (statSync(join(root, inner)).isDirectory()) visit(inner)
      else found.push(normal(inner, root))
    }
  }
  visit('')
  return found
}
