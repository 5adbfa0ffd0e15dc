import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { generateJerseyNumbers } from '../../ts/generate/index.ts'
import { scratchFolder } from '../setup/scratch.ts'

const main = new URL('../../ts/cli/main.ts', import.meta.url).pathname

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A folder that is gone when the next run of tests starts: trainings leave a gigabyte behind. */
export const scratch = scratchFolder

export function spawnCli(words: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}) {
  return Bun.spawn([process.execPath, main, ...words], {
    cwd,
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1', ...environment },
  })
}

export async function cli(
  words: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<CliResult> {
  const child = spawnCli(words, cwd, environment)
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, stdout, stderr }
}

/** A small generated data set. */
export async function smallData(folder: string): Promise<string> {
  const { output } = await generateJerseyNumbers({
    output: join(folder, 'data'),
    count: 240,
    seed: 5,
    workers: 0,
  })
  return output
}

/** A training of a few seconds on it. */
export function smallTraining(data: string, run: string, ...more: string[]): string[] {
  return [
    'train',
    `data.data_root=${data}`,
    `hydra.run.dir=${run}`,
    'data.image_size=32',
    'data.batch_size=32',
    'trainer.max_epochs=2',
    'trainer.log_every_n_steps=2',
    'trainer.precision=32',
    ...more,
  ]
}

// biome-ignore lint/suspicious/noExplicitAny: a file of the program under test, whose shape the tests check.
export async function json(path: string): Promise<any> {
  return Bun.file(path).json()
}

/** The rows of a run's metrics without what a clock decides. */
export async function rows(run: string): Promise<Record<string, number>[]> {
  const text = await Bun.file(join(run, 'metrics.jsonl')).text()
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const { time: _, 'throughput/images_per_second': __, ...row } = JSON.parse(line)
      return Object.fromEntries(
        Object.entries(row).filter(([name]) => !/^(device|process|throughput)\//.test(name)),
      )
    }) as Record<string, number>[]
}

/** Waits until a run has logged `wanted` rows or is over. */
export async function firstRow(run: string, wanted = 1): Promise<void> {
  const file = join(run, 'metrics.jsonl')
  for (let tries = 0; tries < 30_000; tries++) {
    if (existsSync(file) && (await Bun.file(file).text()).split('\n').length > wanted) return
    if (existsSync(join(run, 'summary.json'))) return
    await Bun.sleep(20)
  }
  throw new Error(`${run} logged nothing`)
}

/** Waits until a checkpoint of the run is complete, or the run over. */
export async function firstCheckpoint(run: string): Promise<void> {
  for (let tries = 0; tries < 30_000; tries++) {
    if (existsSync(join(run, 'checkpoints', 'last')) || existsSync(join(run, 'summary.json'))) return
    await Bun.sleep(5)
  }
  throw new Error(`${run} saved nothing`)
}

/** Overrides of a training on 120 generated images: seven steps in each of two epochs, a checkpoint after every `saveEvery`. */
export const shortTraining = (data: string, saveEvery: number): string[] => [
  `data.data_root=${data}`,
  'data.image_size=32',
  'data.batch_size=16',
  'data.num_workers=1',
  'trainer.max_epochs=2',
  'trainer.log_every_n_steps=1',
  'trainer.num_sanity_val_steps=0',
  'trainer.precision=32',
  'optimizer.name=sgd',
  'optimizer.momentum=0.9',
  'callbacks=none',
  `+callbacks.model_checkpoint.every_n_train_steps=${saveEvery}`,
  '+callbacks.model_checkpoint.save_last=true',
  'logging=none',
]
