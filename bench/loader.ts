/**
 * Our loader against torchvision on the same files, one thread each, in turn: `bun bench/loader.ts [FOLDER] [ROUNDS]`. Images per
 * second of CPU time, so that other work on the machine counts little.
 */
import { join } from 'node:path'
import { plainTable } from '../ts/text/plain-table.ts'
import { paired, type Spread } from './pair.ts'
import { referencePython } from './reference-python.ts'

const data = process.env.CT_SHARED_DATA ?? join(import.meta.dir, '..', '..', 'shared', 'data')
const folder = process.argv[2] ?? join(data, 'photos-250')
const rounds = Number(process.argv[3] ?? 3)
const python = await referencePython(join(import.meta.dir, 'requirements.txt'))
const show = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
const rows: string[][] = []
for (const pipeline of ['train', 'val'] as const)
  for (const kind of ['tensor', 'pil'] as const) {
    process.stderr.write(`${pipeline}, torchvision on ${kind}\n`)
    const flags = ['--images', folder, '--image-size', '224', '--pipeline', pipeline, '--seconds', '6']
    const main = join(import.meta.dir, '..', 'ts/cli/main.ts')
    const { a, b, ratio } = await paired(
      {
        name: 'ours',
        command: [process.execPath, main, 'bench', 'loader', ...flags, '--workers', '1', '--json'],
      },
      {
        name: `torchvision ${kind}`,
        command: [python, join(import.meta.dir, 'loader_peer.py'), ...flags, '--kind', kind],
      },
      rounds,
      (answer) => Number(answer.images_per_second_per_core),
    )
    rows.push([`${pipeline} at 224 px, torchvision ${kind}`, show(a, 0), show(b, 0), show(ratio, 2)])
  }
process.stdout.write(
  `${plainTable(['loader', 'ours img/s·core', 'torchvision img/s·core', 'ratio'], rows)}\n`,
)
