import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { shareCores } from '../../ts/sweep/local-launcher.ts'
import { type TrialSweep, trialSweep } from './trial-sweep.ts'

setDefaultTimeout(120_000)

let sweep: TrialSweep
beforeEach(() => {
  sweep = trialSweep()
})
afterEach(() => sweep.remove())

const epochsOf = (trial: number): number[] =>
  sweep.lines(trial, 'metrics.jsonl').map((line) => (JSON.parse(line) as { epoch: number }).epoch)

/** Until the trials have made so many epochs in all. */
async function untilEpochs(wanted: number): Promise<void> {
  for (let tries = 0; tries < 4000; tries++) {
    const made = Array.from({ length: 8 }, (_, trial) => epochsOf(trial).length).reduce((a, b) => a + b)
    if (made >= wanted) return
    await Bun.sleep(10)
  }
  throw new Error(`the trials never made ${wanted} epochs`)
}

describe('a local sweep', () => {
  test('of eight trials that is killed twice finishes, and nothing runs twice', async () => {
    const words = ['quality=range(1,9)', 'epochs=6', 'hydra.launcher.n_jobs=2']
    const first = sweep.spawn(...words)
    await untilEpochs(9)
    // Not even the sweep can clean up: its trials notice that it is gone.
    first.kill('SIGKILL')
    await first.exited
    const second = sweep.spawn(...words)
    await untilEpochs(28)
    second.kill('SIGTERM')
    expect(await second.exited).toBe(75)
    expect(sweep.state().jobs.map(({ status }) => status)).toContain('interrupted')

    const { exitCode, out } = await sweep.run(...words)
    expect(exitCode).toBe(0)
    expect(out).toMatch(/\d of 8 jobs are already completed/)
    for (let trial = 0; trial < 8; trial++) expect(epochsOf(trial)).toEqual([0, 1, 2, 3, 4, 5])
    expect(sweep.state().jobs.map(({ status }) => status)).toEqual(Array(8).fill('completed'))
    const starts = sweep.lines(0, 'starts').length
    expect((await sweep.run(...words)).exitCode).toBe(0)
    expect(sweep.lines(0, 'starts').length).toBe(starts)
  })

  test('starts a trial that was cut off again, and one that fails by its configuration not', async () => {
    const { exitCode, err } = await sweep.run('crash=2', 'epochs=4,0', 'hydra.launcher.n_jobs=1')
    expect(exitCode).toBe(1)
    expect(sweep.lines(0, 'starts').length).toBe(2)
    expect(epochsOf(0)).toEqual([0, 1, 2, 3])
    expect(sweep.state().jobs[0]).toMatchObject({ status: 'completed', attempts: 2 })
    expect(sweep.state().jobs[1]).toMatchObject({ status: 'failed', attempts: 1, exitCode: 2 })
    expect(sweep.lines(1, 'tasks').length).toBe(1)
    expect(err).not.toContain('#0')
  })

  test('gives up after as many restarts as are allowed', async () => {
    const { exitCode, err } = await sweep.run('crash=1', 'epochs=3', 'hydra.launcher.max_restarts=0')
    expect(exitCode).toBe(1)
    expect(err).toContain('exit code 137')
    expect(sweep.lines(0, 'starts').length).toBe(1)
  })

  test('shares the cores', async () => {
    expect(shareCores({ n_jobs: null, threads: null }, 8)).toEqual({ jobs: 4, threads: 2 })
    expect(shareCores({ n_jobs: -1, threads: null }, 8)).toEqual({ jobs: 8, threads: 1 })
    expect(shareCores({ n_jobs: 3, threads: null }, 8)).toEqual({ jobs: 3, threads: 2 })
    expect(shareCores({ n_jobs: 1, threads: null }, 8)).toEqual({ jobs: 1, threads: null })
    expect(shareCores({ n_jobs: 2, threads: 5 }, 8)).toEqual({ jobs: 2, threads: 5 })
    await sweep.run('quality=1,2', 'epochs=1', 'hydra.launcher.n_jobs=2', 'hydra.launcher.threads=3')
    expect(sweep.lines(1, 'starts')).toEqual(['from 0 with 3 threads'])
  })

  test('ends trials that fall behind, and keeps to that', async () => {
    const words = [
      'quality=9,1,2,8',
      'epochs=40',
      'hydra.launcher.n_jobs=1',
      'hydra.launcher.early_stopping={min_epochs:2,reduction_factor:4}',
    ]
    const { exitCode, out } = await sweep.run(...words)
    expect(exitCode).toBe(0)
    expect(sweep.state().jobs.map(({ status }) => status)).toEqual([
      'completed',
      'pruned',
      'pruned',
      'pruned',
    ])
    expect(out).toContain('#1 ends early: score 2 is place 2 of 2 after epoch 2')
    expect(epochsOf(1).length).toBeWithin(2, 40)
    const starts = sweep.lines(1, 'starts').length
    const again = await sweep.run(...words)
    expect(again.out).toContain('4 of 4 jobs are already completed')
    expect(sweep.lines(1, 'starts').length).toBe(starts)
  })

  test('names the key of a launcher that there is not', async () => {
    const { exitCode, err } = await sweep.run('quality=1,2', '+hydra.launcher.n_job=2')
    expect(exitCode).toBe(2)
    expect(err).toContain('hydra.launcher.n_job')
    expect(err).toContain('did you mean n_jobs?')
  })
})
