/**
 * Our training step against eager PyTorch's, the same work, in turn: `bun bench/step.ts [ROUNDS]`. Prints a table of medians and
 * of ratios with their spread. The peer's Python environment is made on first use (see reference-python.ts).
 */
import { join } from 'node:path'
import { plainTable } from '../ts/text/plain-table.ts'
import { paired, type Spread } from './pair.ts'
import { referencePython } from './reference-python.ts'

const cases = [
  { size: 64, batch: 64, precision: 'bf16-mixed', steps: 20 },
  { size: 64, batch: 64, precision: '32', steps: 15 },
  { size: 224, batch: 16, precision: 'bf16-mixed', steps: 8 },
  { size: 224, batch: 16, precision: '32', steps: 6 },
] as const

const rounds = Number(process.argv[2] ?? 3)
const root = join(import.meta.dir, '..')
const python = await referencePython(join(import.meta.dir, 'requirements.txt'))
const show = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
const rows: string[][] = []
for (const { size, batch, precision, steps } of cases) {
  const name = `ResNet-18, ${size} px, batch ${batch}, ${precision}`
  process.stderr.write(`${name}\n`)
  const flags = [
    '--image-size',
    `${size}`,
    '--batch-size',
    `${batch}`,
    '--precision',
    precision,
    '--steps',
    `${steps}`,
  ]
  const { a, b, ratio, last } = await paired(
    {
      name: 'ours',
      command: [process.execPath, join(root, 'ts/cli/main.ts'), 'bench', 'step', ...flags, '--json'],
    },
    { name: 'PyTorch', command: [python, join(import.meta.dir, 'step_peer.py'), ...flags] },
    rounds,
    (answer) => Number(answer.images_per_second),
  )
  rows.push([
    name,
    show(a, 1),
    show(b, 1),
    show(ratio, 2),
    last.map((answer) => Number(answer.peak_rss_mb).toFixed(0)).join(' / '),
  ])
}
process.stdout.write(`${plainTable(['step', 'ours img/s', 'PyTorch img/s', 'ratio', 'peak MB'], rows)}\n`)
