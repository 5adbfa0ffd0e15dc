import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineBug, Interrupted } from '../errors/index.ts'
import { thisMachine } from '../native/machine.ts'
import { describeMoment, type KillMoment } from './kill-moments.ts'
import { runDifferences } from './run-differences.ts'

export interface VerifyResumeOptions {
  /** Words for `train`, without the run folder. */
  readonly training: readonly string[]
  /** Folder for the runs; those of an earlier call are removed. */
  readonly output: string
  readonly kills: number
  /** When to kill, given the seconds that the run takes without. */
  moments(seconds: number): Iterator<KillMoment, unknown>
  readonly onProgress?: (text: string) => void
  readonly signal?: AbortSignal
}

export interface ResumeVerification {
  readonly kills: readonly KillMoment[]
  /** Runs that were killed, resumed and brought to their end. */
  readonly runs: number
  readonly weights_sha256: string | null
  readonly ema_sha256: string | null
  /** Seconds of the run that nobody killed. */
  readonly seconds: number
}

/** A run that misses this many moments in a row has ended too early for them. */
const patience = 200

/**
 * Trains once undisturbed, then kills the same training again and again (SIGKILL) and lets it go on each time. Whenever such
 * a run is complete it must be the undisturbed one: weights, averages, metrics and history. A difference is an EngineBug that
 * names it.
 */
export async function verifyResume(options: VerifyResumeOptions): Promise<ResumeVerification> {
  const { output, onProgress = () => {} } = options
  const reference = join(output, 'undisturbed')
  await rm(reference, { recursive: true, force: true })
  onProgress('training undisturbed')
  const began = performance.now()
  await attempt(options, reference, undefined)
  const seconds = (performance.now() - began) / 1000

  const moments = options.moments(seconds)
  const kills: KillMoment[] = []
  let runs = 0
  let missed = 0
  let victim = await freshRun(output, runs)
  const complete = async (): Promise<void> => {
    const differences = await runDifferences(reference, victim)
    if (differences.length > 0)
      throw new EngineBug(
        `${victim} was killed and resumed, and is another run than ${reference}:\n${differences.join('\n')}`,
        {
          hint: 'on a GPU, sums may differ from run to run: set trainer.deterministic=true',
          details: { kills, differences },
        },
      )
    runs += 1
  }
  while (kills.length < options.kills) {
    const { value: moment, done } = moments.next()
    if (done || missed > patience) throw new TypeError('there are no more moments to kill at')
    onProgress(`kill ${kills.length + 1} of ${options.kills}: ${describeMoment(moment as KillMoment)}`)
    if (await attempt(options, victim, moment as KillMoment)) {
      kills.push(moment as KillMoment)
      missed = 0
    } else {
      missed += 1
      await complete()
      victim = await freshRun(output, runs)
    }
  }
  onProgress('going on to the end')
  await attempt(options, victim, undefined)
  await complete()
  const { weights_sha256, ema_sha256 } = await Bun.file(join(reference, 'summary.json')).json()
  return { kills, runs, weights_sha256, ema_sha256, seconds }
}

async function freshRun(output: string, number: number): Promise<string> {
  const run = join(output, `killed-${number + 1}`)
  await rm(run, { recursive: true, force: true })
  return run
}

/** Trains in `run` until the moment or the end; true where it was killed. A training that fails is an EngineBug. */
async function attempt(
  { training, signal }: VerifyResumeOptions,
  run: string,
  moment: KillMoment | undefined,
): Promise<boolean> {
  const { CLASSIFIER_TRAINING_INJECT: _, ...env } = process.env
  const child = Bun.spawn(
    [
      process.execPath,
      join(thisMachine().packageRoot, 'ts', 'cli', 'main.ts'),
      'train',
      ...training,
      `hydra.run.dir=${run}`,
    ],
    {
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
      env:
        moment?.kind === 'point'
          ? { ...env, CLASSIFIER_TRAINING_INJECT: `kill@${moment.point}:${moment.hit}` }
          : env,
    },
  )
  const stop = (): void => child.kill('SIGKILL')
  const timer = moment?.kind === 'time' ? setTimeout(stop, moment.seconds * 1000) : undefined
  signal?.addEventListener('abort', stop)
  try {
    const [said] = await Promise.all([new Response(child.stderr).text(), child.exited])
    if (signal?.aborted) throw new Interrupted('stopped; the runs so far lie in the output folder')
    if (child.signalCode === 'SIGKILL' && moment) return true
    if (child.exitCode === 0) return false
    const end = child.signalCode ?? `exit code ${child.exitCode}`
    const where = moment ? `, which should have been killed ${describeMoment(moment)},` : ''
    throw new EngineBug(`the training in ${run}${where} ended with ${end}:\n${said.trim()}`, {
      hint: 'try the same words with `train` first',
    })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}
