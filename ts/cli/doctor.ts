import { parseCommandLine } from '../config/command-line.ts'
import { datasetSpec } from '../config/plan/index.ts'
import { ConfigError } from '../errors/index.ts'
import { plainTable } from '../text/plain-table.ts'
import { composeTraining, typedConfig } from '../verbs/compose-training.ts'
import { type DoctorReport, type ExaminedSplit, examineDataset } from '../verbs/doctor.ts'
import { openImages } from '../verbs/open-images.ts'

const help = `usage: classifier-training doctor data.data_root=DIR [overrides…] [--json]

Reads and decodes every image of a data set and tells what is wrong with it: files that cannot be read, rows that are wrong,
images in two splits or with two labels, classes that are rare or that validation lacks. Nothing is changed.

  data.data_root=DIR  the data set; the other data.* keys and --config-* flags are those of train
  --json              {"root","format","classes","splits":[…],"findings":[{"severity","kind","message","count","examples"}…]}

Exit 0: a training would go through. Exit 3: something would stop it.
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const line = parseCommandLine(argv)
  const { config } = typedConfig(composeTraining(line))
  const root = config.data.data_root
  if (root === null)
    throw new ConfigError({
      key: 'data.data_root',
      message: 'is needed',
      hint: 'data.data_root=DIR names the data set',
    })
  const report = await examineDataset(await openImages(), datasetSpec(config, root))
  process.stdout.write(line.json ? `${JSON.stringify(report)}\n` : text(report))
  return report.findings.some(({ severity }) => severity === 'error') ? 3 : 0
}

function text({ root, format, classes, splits, findings }: DoctorReport): string {
  const lines = splits.length > 0 ? [`${root}: ${format}, ${classes.length} classes`, table(splits)] : []
  for (const { severity, message, count, examples } of findings) {
    lines.push(`${severity === 'error' ? 'error   ' : 'warning '}${message.replaceAll('\n', '\n        ')}`)
    lines.push(...examples.map((example) => `          ${example}`))
    if (examples.length > 0 && count > examples.length)
      lines.push(`          … and ${count - examples.length} more`)
  }
  if (findings.length === 0) lines.push('nothing is wrong with it')
  return `${lines.join('\n')}\n`
}

function table(splits: readonly ExaminedSplit[]): string {
  const size = (sizes: ExaminedSplit['sizes'], place: number): string => sizes?.[place]?.join(' × ') ?? '–'
  return plainTable(
    ['split', 'samples', 'images', 'classes', 'smallest', 'median', 'largest'],
    splits.map(({ split, samples, images, per_class, sizes }) => [
      split,
      samples,
      images,
      Object.values(per_class).filter((count) => count > 0).length,
      ...[0, 1, 2].map((place) => size(sizes, place)),
    ]),
  )
}
