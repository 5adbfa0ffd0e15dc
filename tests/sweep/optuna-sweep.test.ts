import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type TrialSweep, trialSweep } from './trial-sweep.ts'

setDefaultTimeout(120_000)

const python = process.env.CT_REFERENCE_PYTHON
const hasOptuna = python !== undefined && Bun.spawnSync([python, '-c', 'import optuna']).exitCode === 0
if (!hasOptuna) console.warn('skipped: set CT_REFERENCE_PYTHON to a Python that has Optuna')

let sweep: TrialSweep
beforeEach(() => {
  sweep = trialSweep()
})
afterEach(() => sweep.remove())

const words = (interpreter: string, trials: number): string[] => [
  'hydra/sweeper=optuna',
  `hydra.sweeper.python=${interpreter}`,
  `hydra.sweeper.n_trials=${trials}`,
  'hydra.launcher.n_jobs=2',
  'epochs=1',
  'quality=tag(log,interval(0.001,1000))',
]
const qualities = (): number[] =>
  sweep.state().jobs.map(({ overrides }) => {
    const word = overrides.find((each) => each.startsWith('quality='))
    return Number(word?.split('=')[1])
  })

describe.skipIf(!hasOptuna)('a sweep by Optuna', () => {
  test('finds what is good, goes on with what it knows, and never repeats a trial', async () => {
    const first = await sweep.run(...words(python ?? '', 14))
    expect(first.err).toBe('')
    expect(first.exitCode).toBe(0)
    expect(first.out).toContain('(TPESampler) is to maximize score')
    const before = qualities()
    expect(before.length).toBe(14)

    const { exitCode, out } = await sweep.run(...words(python ?? '', 20))
    expect(exitCode).toBe(0)
    expect(out).toContain('14 of 20 jobs are already completed')
    expect(qualities().slice(0, 14)).toEqual(before)
    // By chance one of six trials would be in the upper sixth of the decades.
    const late = qualities().slice(14)
    expect(late.filter((quality) => quality > 100).length).toBeGreaterThanOrEqual(3)
    for (let trial = 0; trial < 20; trial++) expect(sweep.lines(trial, 'starts').length).toBe(1)
  })
})

describe('a sweep without Optuna', () => {
  test('draws at random and says so', async () => {
    const { exitCode, out } = await sweep.run(...words('no-such-python', 3))
    expect(exitCode).toBe(0)
    expect(out).toContain('there is no no-such-python on the PATH; trials are drawn at random instead')
    expect(new Set(qualities()).size).toBe(3)
  })

  test('refuses a sampler that is none of Optuna', async () => {
    const { exitCode, err } = await sweep.run(
      ...words('python3', 3),
      'hydra.sweeper.sampler._target_=os.system',
    )
    expect(exitCode).toBe(2)
    expect(err).toContain('hydra.sweeper.sampler')
  })

  test('shows its space in a dry run', async () => {
    const { out } = await sweep.run(...words('python3', 3), '--dry-run')
    expect(out).toContain('quality: float from 0.001 to 1000, logarithmic')
  })
})
