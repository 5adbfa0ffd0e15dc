import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SweepState } from '../../ts/config/run/sweep-state.ts'
import { type TemporaryTree, temporaryTree } from '../config/tree.ts'

const program = join(import.meta.dir, '../fixtures/sweep/trial.ts')

/** Sweeps of stand-in trainings in a folder of their own. */
export interface TrialSweep extends TemporaryTree {
  spawn(...words: string[]): Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  run(...words: string[]): Promise<{ exitCode: number; out: string; err: string }>
  state(): SweepState
  /** Lines of a file of a trial; none where there is no such file. */
  lines(trial: number, file: string): string[]
}

export function trialSweep(): TrialSweep {
  const tree = temporaryTree({
    'config.yaml': `defaults:
  - _self_
  - override hydra/launcher: local
epochs: 4
quality: 1
crash: 0
trainer:
  threads: null
hydra:
  sweep:
    dir: sweep
`,
  })
  const spawn = (...words: string[]) =>
    Bun.spawn([process.execPath, program, '-m', ...words], {
      cwd: tree.root,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
  return {
    ...tree,
    spawn,
    async run(...words) {
      const child = spawn(...words)
      const [out, err] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      return { exitCode: await child.exited, out, err }
    },
    state: () => JSON.parse(readFileSync(join(tree.root, 'sweep/sweep.json'), 'utf8')) as SweepState,
    lines(trial, file) {
      const path = join(tree.root, 'sweep', String(trial), file)
      return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
    },
  }
}
