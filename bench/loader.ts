/**
 * Our loader against torchvision on the same files, one thread each, in turn: `bun bench/loader.ts [ROUNDS] [SECONDS] [NAME…]`,
 * where NAMEs choose rows by a part of their name. Images per second of CPU time, so that other work on the machine counts
 * little; and, of our loader alone, how it scales from one worker to two and whether its memory grows.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plainTable } from '../ts/text/plain-table.ts'
import { answer, paired, type Side, type Spread } from './pair.ts'
import { referencePython } from './reference-python.ts'

interface Row {
  readonly name: string
  readonly folder: string
  readonly size: number
  readonly pipeline: 'train' | 'val'
  readonly peer: 'tensor' | 'pil' | 'decode'
  readonly cached?: true
}

const data = process.env.CT_SHARED_DATA ?? join(import.meta.dir, '..', '..', 'shared', 'data')
const photographs = join(data, 'photos-250')
const rounds = Number(process.argv[2] ?? 3)
const seconds = Number(process.argv[3] ?? 6)
const wanted = process.argv.slice(4)
const python = await referencePython(join(import.meta.dir, 'requirements.txt'))
const main = join(import.meta.dir, '..', 'ts/cli/main.ts')
const formats = await mkdtemp(join(tmpdir(), 'loader-formats-'))

const at224 = { folder: photographs, size: 224 } as const
const rows: readonly Row[] = [
  { name: 'train, torchvision on tensors', ...at224, pipeline: 'train', peer: 'tensor' },
  { name: 'train, torchvision on Pillow images', ...at224, pipeline: 'train', peer: 'pil' },
  {
    name: 'train, libjpeg-turbo decoding whole images, no more',
    ...at224,
    pipeline: 'train',
    peer: 'decode',
  },
  {
    name: 'train cached in memory, torchvision on Pillow images',
    ...at224,
    pipeline: 'train',
    peer: 'pil',
    cached: true,
  },
  { name: 'val, torchvision on tensors', ...at224, pipeline: 'val', peer: 'tensor' },
  { name: 'val, torchvision on Pillow images', ...at224, pipeline: 'val', peer: 'pil' },
  {
    name: 'jersey crops, train at 64 px, torchvision on tensors',
    folder: join(data, 'jersey-numbers', 'valid'),
    size: 64,
    pipeline: 'train',
    peer: 'tensor',
  },
  ...(['jpeg', 'png', 'webp'] as const).map(
    (format): Row => ({
      name: `format ${format}, train, torchvision on tensors`,
      folder: join(formats, format),
      size: 224,
      pipeline: 'train',
      peer: 'tensor',
    }),
  ),
]

const flagsOf = ({ folder, size, pipeline }: Row): string[] => [
  ...['--images', folder, '--image-size', `${size}`, '--pipeline', pipeline, '--seconds', `${seconds}`],
]
const ours = (row: Row, workers: number): string[] => [
  ...[process.execPath, main, 'bench', 'loader', ...flagsOf(row), '--workers', `${workers}`, '--json'],
  ...(row.cached ? ['--cache'] : []),
]
const show = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
const chosen = (name: string): boolean => wanted.length === 0 || wanted.some((part) => name.includes(part))

try {
  if (rows.some(({ name, folder }) => chosen(name) && folder.startsWith(formats))) {
    const made = Bun.spawnSync([
      python,
      join(import.meta.dir, 'loader_formats.py'),
      photographs,
      formats,
      '64',
    ])
    if (!made.success) throw new Error(made.stderr.toString())
  }
  const table: string[][] = []
  for (const row of rows.filter(({ name }) => chosen(name))) {
    process.stderr.write(`${row.name}\n`)
    const peer = [python, join(import.meta.dir, 'loader_peer.py'), ...flagsOf(row), '--kind', row.peer]
    const { a, b, ratio } = await paired(
      { name: 'ours', command: ours(row, 1) },
      { name: 'peer', command: peer },
      rounds,
      (figures) => Number(figures.images_per_second_per_core),
    )
    table.push([row.name, show(a, 0), show(b, 0), show(ratio, 2)])
  }
  if (table.length > 0)
    process.stdout.write(`${plainTable(['loader', 'ours img/s·core', 'peer img/s·core', 'ratio'], table)}\n`)
  if (chosen('scaling')) process.stdout.write(`${await scaling()}\n`)
} finally {
  await rm(formats, { recursive: true })
}

/** Our loader with two workers and with one, in images a second of wall-clock time: this wants a machine without other work. */
async function scaling(): Promise<string> {
  const table: string[][] = []
  for (const row of rows.filter(({ peer }) => peer === 'pil')) {
    process.stderr.write(`scaling, ${row.name}\n`)
    const side = (workers: number): Side => ({ name: `${workers} workers`, command: ours(row, workers) })
    const rate = (figures: Record<string, unknown>): number => Number(figures.images_per_second)
    const { a, b, ratio } = await paired(side(2), side(1), rounds, rate)
    const { memory_mb } = await answer(side(2))
    const { warm, end } = memory_mb as { warm: number; end: number }
    const name = `${row.pipeline}${row.cached ? ' cached in memory' : ''}`
    table.push([name, show(a, 0), show(b, 0), show(ratio, 2), warm.toFixed(0), end.toFixed(0)])
  }
  return plainTable(
    ['loader at 224 px', '2 workers img/s', '1 worker img/s', 'ratio', 'MB after 2 s', 'MB at the end'],
    table,
  )
}
