import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '../../ts/logging/logger.ts'
import { MetricsFile } from '../../ts/logging/metrics-file.ts'
import type { Session } from '../../ts/native/engine.ts'
import { memoryDataset, memoryEngine } from '../../ts/native/memory-engine.ts'
import type { Plan, Position } from '../../ts/native/spec.d.ts'
import type { Callback } from '../../ts/train/callback.ts'
import { CheckpointStore } from '../../ts/train/checkpoint-store.ts'
import { History } from '../../ts/train/history.ts'
import { Hooks } from '../../ts/train/hooks.ts'
import { type LoopResult, trainLoop } from '../../ts/train/loop.ts'
import type { LoopOptions } from '../../ts/train/loop-options.ts'
import { Recorder } from '../../ts/train/recorder.ts'
import { resumeCandidates, resumeSession } from '../../ts/train/resume.ts'
import { Run } from '../../ts/train/run.ts'

export const world = { classes: ['a', 'b'], trainBatches: 10, valImages: 6 }

export const defaults: LoopOptions = {
  maxEpochs: 3,
  maxSteps: null,
  maxSeconds: null,
  minEpochs: 0,
  logEverySteps: 4,
  validateEveryBatches: null,
  validateEveryEpochs: 1,
  sanityBatches: 0,
  limitValBatches: null,
  limitTestBatches: null,
  checkpoints: true,
  accumulate: 1,
}

export interface MemoryRun {
  readonly result: LoopResult
  readonly weights: string
  readonly directory: string
  readonly warnings: string[]
  readonly run: Run
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'classifier-training-'))
}

/** The parts of a plan that the loop and the stand-in engine read. */
export function memoryPlan(accumulate = 1): Plan {
  const curve = { kind: 'constant' }
  return {
    seed: 1,
    machine: { precision: '32' },
    train: { max_epochs: 3, accumulate, schedule: { curve, total: 3 } },
  } as unknown as Plan
}

/** Runs (or resumes) a training on the stand-in engine in `directory`; `around` may change how the session answers. */
export async function memoryRun(
  directory: string,
  callbacks: readonly Callback[] = [],
  changes: Partial<LoopOptions> = {},
  interrupt: AbortSignal = new AbortController().signal,
  bestMonitor?: string,
  around: (session: Session) => Session = (session) => session,
): Promise<MemoryRun> {
  const options = { ...defaults, ...changes }
  const plan = memoryPlan(options.accumulate)
  const warnings: string[] = []
  const logger = createLogger('test', 'info', [({ message }) => warnings.push(message)])
  const dataset = memoryDataset(world)
  const { session: inner, report: model } = await memoryEngine(world).openSession(plan, dataset)
  const session = around(inner)
  const resumed = await resumeSession(
    await resumeCandidates('auto', directory),
    session,
    { plan, data: undefined },
    logger,
  )
  const file = new MetricsFile(directory, resumed?.state.metricsBytes ?? 0)
  const run = new Run({
    context: {
      directory,
      plan,
      dataset,
      summary: dataset.summary,
      classes: world.classes,
      model,
      history: new History(resumed?.state.history ?? []),
      logger,
      resumedEpoch: resumed?.position.epoch ?? 0,
    },
    session,
    hooks: new Hooks(callbacks),
    recorder: new Recorder(file, []),
    store: new CheckpointStore(directory),
    exporter: async () => [],
    checkpoints: options.checkpoints,
    preprocessing: null,
    bestMonitor,
  })
  const fresh: Position = { epoch: 0, batch: 0, step: 0 }
  if (resumed) await run.restore(resumed.state, resumed.directory, resumed.position)
  const result = await trainLoop(run, options, resumed?.position ?? fresh, interrupt)
  const { weights_sha256: weights } = await session.inspect()
  return { result, weights, directory, warnings, run }
}
