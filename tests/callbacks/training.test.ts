import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { callbackDefinitions } from '../../ts/callbacks/index.ts'
import { createLogger, type LogRecord } from '../../ts/logging/logger.ts'
import { MetricsFile } from '../../ts/logging/metrics-file.ts'
import { memoryDataset, memoryEngine } from '../../ts/native/memory-engine.ts'
import type { Action, Callback } from '../../ts/train/callback.ts'
import { CheckpointStore } from '../../ts/train/checkpoint-store.ts'
import { History } from '../../ts/train/history.ts'
import { Hooks } from '../../ts/train/hooks.ts'
import { trainLoop } from '../../ts/train/loop.ts'
import { Recorder } from '../../ts/train/recorder.ts'
import { resumeCandidates, resumeSession } from '../../ts/train/resume.ts'
import { Run } from '../../ts/train/run.ts'
import { defaults, world } from '../train/memory-run.ts'
import { testRun } from './run-context.ts'
import { scratchDirectory } from './scratch-directory.ts'

const scratch = scratchDirectory()

const options: Readonly<Record<string, object>> = {
  early_stopping: { monitor: 'val/acc_top1', mode: 'max', patience: 50 },
  model_checkpoint: {
    monitor: 'val/acc_top1',
    mode: 'max',
    save_top_k: 2,
    save_last: true,
    filename: '{epoch}',
  },
}

const everyCallback = (): Callback[] =>
  callbackDefinitions.map(({ name, schema, create }) => create(v.parse(schema, options[name] ?? {})))

/** Trains on the stand-in engine until epoch `epochs`, going on where the folder left off. */
async function train(epochs: number): Promise<{ exported: Action[]; lines: LogRecord[] }> {
  const directory = scratch()
  const lines: LogRecord[] = []
  const logger = createLogger('test', 'debug', [(line) => lines.push(line)])
  const { plan } = testRun({ classes: world.classes }).context
  const dataset = memoryDataset(world)
  const { session, report: model } = await memoryEngine(world).openSession(plan, dataset)
  const resumed = await resumeSession(
    await resumeCandidates('auto', directory),
    session,
    { plan, data: undefined },
    logger,
  )
  const { summary } = dataset
  const exported: Action[] = []
  const context = {
    directory,
    plan,
    dataset,
    summary,
    classes: world.classes,
    model,
    history: new History(resumed?.state.history ?? []),
    logger,
    resumedEpoch: resumed?.position.epoch ?? 0,
  }
  const run = new Run({
    context,
    session,
    hooks: new Hooks(everyCallback()),
    recorder: new Recorder(new MetricsFile(directory, resumed?.state.metricsBytes ?? 0), []),
    store: new CheckpointStore(directory),
    exporter: async (action) => {
      exported.push(action)
      return []
    },
    checkpoints: true,
    preprocessing: null,
  })
  const position = resumed?.position ?? { epoch: 0, batch: 0, step: 0 }
  if (resumed) run.restore(resumed.state, resumed.directory, resumed.position)
  const file = { plan, data: summary, device: model.device, precision: model.precision, versions: {} }
  await Bun.write(join(directory, 'plan.json'), JSON.stringify(file))
  await run.perform(await run.hooks.ask('runStart', undefined, context), 0, position)
  const result = await trainLoop(
    run,
    { ...defaults, maxEpochs: epochs, sanityBatches: 1 },
    position,
    new AbortController().signal,
  )
  const end = { status: result.status, position: result.position }
  await run.perform(await run.hooks.ask('runEnd', end, context), result.position.epoch, result.position)
  return { exported, lines }
}

test('all callbacks together, over a resume', async () => {
  await train(2)
  const { exported, lines } = await train(4)
  expect(lines.filter(({ message }) => message.includes('failed'))).toEqual([])
  const directory = scratch()
  for (const path of [
    'dataset_statistics.json',
    'dataset_statistics.png',
    'labels_mapping.json',
    'model_info.json',
    'report.html',
    'training_history/training_history.png',
    'epoch_000/sampler_distribution.png',
    ...[0, 1, 2, 3].flatMap((epoch) =>
      ['confusion_matrix', 'sample_predictions', 'prediction_gallery'].map(
        (name) => `epoch_00${epoch}/${name}.png`,
      ),
    ),
  ])
    expect([path, existsSync(join(directory, path))]).toEqual([path, true])
  const history = JSON.parse(readFileSync(join(directory, 'training_history', 'history.json'), 'utf8'))
  expect(history.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([0, 1, 2, 3])
  const checkpoints = readdirSync(join(directory, 'checkpoints')).sort()
  expect(checkpoints).toEqual(['best', 'epoch=2', 'epoch=3', 'last'])
  expect(readFileSync(join(directory, 'checkpoints', 'best'), 'utf8').trim()).toBe('epoch=3')
  expect(exported).toMatchObject([{ kind: 'export', directory, from: 'best' }])
}, 60_000)
