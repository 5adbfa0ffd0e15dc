/**
 * A whole training against Lightning's, the same recipe on the same files, in turn:
 * `bun bench/end-to-end.ts [jersey|photos] [ROUNDS] [EPOCHS]`. Each round has a seed of its own and three runs: ours,
 * Lightning tuned (bf16, channels_last, foreach optimizer, the best number of workers) and Lightning as it comes. Speed counts
 * the images of all epochs over the time of training and validation; starting and the last files are told beside it.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { plainTable } from '../ts/text/plain-table.ts'
import { type Spread, spread } from './pair.ts'
import { referencePython } from './reference-python.ts'

const root = join(import.meta.dir, '..')
const data = resolve(root, process.env.CT_SHARED_DATA ?? '../shared/data')
const cases = {
  jersey: { size: 64, batch: 64, lr: 2e-3, epochs: 3, limit: undefined, workers: { tuned: 1, plain: 2 } },
  photos: { size: 224, batch: 32, lr: 1e-3, epochs: 2, limit: 20, workers: { tuned: 1, plain: 2 } },
} as const

interface Outcome {
  readonly images_per_second: number
  readonly val_acc: number
  readonly first_step_s: number
  readonly process_s: number
}

const name = process.argv[2] === 'photos' ? 'photos' : 'jersey'
const { size, batch, lr, limit, workers, epochs: usual } = cases[name]
const rounds = Number(process.argv[3] ?? 3)
const epochs = Number(process.argv[4] ?? usual)
const scratch = await mkdtemp(join(tmpdir(), 'end-to-end-'))
const python = await referencePython(join(import.meta.dir, 'requirements.txt'))
const folder = name === 'jersey' ? join(data, 'jersey-numbers') : await split(join(data, 'caltech101-20'))

const sides: Record<string, (seed: number) => Promise<Outcome>> = {
  ours: (seed) => ours(seed),
  'Lightning, tuned': (seed) => peer(seed, workers.tuned, true),
  'Lightning, as it comes': (seed) => peer(seed, workers.plain, false),
}
const outcomes = new Map<string, Outcome[]>(Object.keys(sides).map((side) => [side, []]))
for (let round = 0; round < rounds; round++)
  for (const [side, run] of Object.entries(sides)) {
    const outcome = await run(round)
    outcomes.get(side)?.push(outcome)
    process.stderr.write(
      `round ${round + 1}/${rounds} ${side}: ${outcome.images_per_second.toFixed(1)} img/s, val ${(100 * outcome.val_acc).toFixed(1)} %\n`,
    )
  }
await rm(scratch, { recursive: true })

const show = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
const of = (side: string, key: keyof Outcome): number[] => (outcomes.get(side) ?? []).map((one) => one[key])
const rows = Object.keys(sides).map((side) => [
  side,
  show(spread(of(side, 'images_per_second')), 1),
  show(spread(of('ours', 'images_per_second').map((x, i) => x / (of(side, 'images_per_second')[i] ?? 0))), 2),
  show(spread(of(side, 'val_acc').map((x) => 100 * x)), 1),
  show(spread(of(side, 'first_step_s')), 1),
  show(spread(of(side, 'process_s')), 1),
])
process.stdout.write(
  `${plainTable([`${name}, ${size} px, ${epochs} epochs`, 'img/s', 'ours ×', 'val acc %', 'first step s', 'whole process s'], rows)}\n`,
)

async function ours(seed: number): Promise<Outcome> {
  const run = join(scratch, `ours-${seed}`)
  const began = performance.now()
  await command([
    process.execPath,
    join(root, 'ts/cli/main.ts'),
    'train',
    `data.data_root=${folder}`,
    `data.image_size=${size}`,
    `data.batch_size=${batch}`,
    `model.learning_rate=${lr}`,
    `trainer.max_epochs=${epochs}`,
    ...(limit === undefined ? [] : [`trainer.limit_train_batches=${limit}`]),
    'callbacks=none',
    'lint=off',
    `seed=${seed}`,
    `hydra.run.dir=${run}`,
  ])
  const process_s = (performance.now() - began) / 1000
  const summary = JSON.parse(await readFile(join(run, 'summary.json'), 'utf8'))
  const { train_s, validation_s, images_per_second, start_to_first_step_s } = summary.timing
  return {
    images_per_second: (images_per_second * train_s) / (train_s + validation_s),
    val_acc: summary.final['val/acc_top1'],
    first_step_s: start_to_first_step_s,
    process_s,
  }
}

async function peer(seed: number, workerCount: number, tuned: boolean): Promise<Outcome> {
  const text = await command([
    python,
    join(import.meta.dir, 'end_to_end_peer.py'),
    ...['--data', folder, '--image-size', `${size}`, '--batch-size', `${batch}`, '--epochs', `${epochs}`],
    ...['--lr', `${lr}`, '--seed', `${seed}`, '--workers', `${workerCount}`],
    ...(limit === undefined ? [] : ['--limit-train-batches', `${limit}`]),
    ...(tuned ? ['--tuned'] : []),
  ])
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Outcome
}

/** Class folders as train and valid, every fifth image of a class for validation; links, nothing is copied. */
async function split(from: string): Promise<string> {
  const to = join(scratch, 'split')
  for (const kind of (await readdir(from, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
    for (const part of ['train', 'valid']) await mkdir(join(to, part, kind.name), { recursive: true })
    const files = (await readdir(join(from, kind.name))).sort()
    for (const [index, file] of files.entries())
      await symlink(
        join(from, kind.name, file),
        join(to, index % 5 === 4 ? 'valid' : 'train', kind.name, file),
      )
  }
  return to
}

async function command(argv: string[]): Promise<string> {
  const child = Bun.spawn(argv, { stdout: 'pipe', stderr: 'pipe', cwd: scratch })
  const [text, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`${argv.slice(0, 3).join(' ')} ended with ${code}:\n${errors.slice(-3000)}`)
  return text
}
