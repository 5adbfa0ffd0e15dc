import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { writeJson } from '../files/write-json.ts'
import type { SplitSummary } from '../native/spec.d.ts'
import { classDistributionPlot } from '../plot/class-distribution.ts'
import { imbalanceRatio } from '../plot/imbalance-ratio.ts'
import { plainName } from '../plot/plain-name.ts'
import { plainTable } from '../text/plain-table.ts'
import type { Action, Callback, RunContext } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { imageSizeOf } from './image-size.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'
import { evenlySpread } from './scored-images.ts'
import { writtenPicture } from './written-picture.ts'

const schema = v.strictObject({ output_dir: outputDirectory })

/** Classes that the log's table shows; all are in the files. */
const MOST_ROWS = 60
/** Files of a split whose size is looked up. */
const SIZED_FILES = 200

/** Logs a table of the data set at the start of a run and writes `dataset_statistics.json` and `….png`. */
export const datasetStatistics = defineCallback({
  name: 'dataset_statistics',
  aliases: classifierTrainingNames('statistics', 'DatasetStatisticsCallback'),
  schema,
  create: (options): Callback => ({
    name: 'dataset_statistics',
    role: 'observer',
    runStart: async (context) => {
      const { splits } = context.summary
      const directory = runPath(context.directory, options.output_dir)
      await mkdir(directory, { recursive: true })
      const statistics = await Promise.all(splits.map((split) => splitStatistics(split, context)))
      await writeJson(join(directory, 'dataset_statistics.json'), {
        root: context.summary.root,
        fingerprint: context.summary.fingerprint,
        classes: context.classes,
        splits: statistics,
      })
      context.logger.info(`data set\n${splitTable(statistics)}\n${classTable(splits, context.classes)}`)
      const png = await classDistributionPlot({
        classes: context.classes,
        splits: splits.map(({ split, per_class: counts }) => ({ split, counts })),
      })
      const path = join(directory, 'dataset_statistics.png')
      const table: Action = {
        kind: 'table',
        key: 'dataset',
        columns: ['class', ...splits.map(({ split }) => split)],
        rows: context.classes.map((name, index) => [
          name,
          ...splits.map((split) => split.per_class[index] ?? 0),
        ]),
      }
      return [await writtenPicture(path, png, 'dataset', 'Images of each class'), table]
    },
  }),
})

interface SplitStatistics {
  readonly split: string
  readonly samples: number
  readonly images: number
  readonly classes_present: number
  readonly per_class: readonly number[]
  readonly imbalance_ratio: number
  /** Smallest, median and largest [width, height] by area, of up to 200 files. */
  readonly image_sizes: { readonly smallest: Size; readonly median: Size; readonly largest: Size } | null
}

type Size = readonly [width: number, height: number]

async function splitStatistics(summary: SplitSummary, context: RunContext): Promise<SplitStatistics> {
  return {
    split: summary.split,
    samples: summary.samples,
    images: summary.images,
    classes_present: summary.per_class.filter((count) => count > 0).length,
    per_class: summary.per_class,
    imbalance_ratio: imbalanceRatio(summary.per_class),
    image_sizes: await imageSizes(summary, context),
  }
}

async function imageSizes(
  { split, samples }: SplitSummary,
  { dataset }: RunContext,
): Promise<SplitStatistics['image_sizes']> {
  const paths = dataset.paths(split, evenlySpread(samples, SIZED_FILES))
  // A file that cannot be read is the loader's to report.
  const found = await Promise.all(paths.map((path) => imageSizeOf(path).catch(() => undefined)))
  const sizes = found
    .flatMap((size) => (size === undefined ? [] : [size]))
    .sort((a, b) => a[0] * a[1] - b[0] * b[1])
  const [smallest, median, largest] = [sizes[0], sizes[sizes.length >> 1], sizes.at(-1)]
  return smallest && median && largest ? { smallest, median, largest } : null
}

function splitTable(statistics: readonly SplitStatistics[]): string {
  const size = (of: Size | undefined): string => (of === undefined ? '–' : of.join(' × '))
  return plainTable(
    ['split', 'samples', 'images', 'classes', 'imbalance', 'smallest', 'median', 'largest'],
    statistics.map((split) => [
      split.split,
      split.samples.toLocaleString('en'),
      split.images.toLocaleString('en'),
      split.classes_present,
      `${split.imbalance_ratio.toFixed(1)} : 1`,
      size(split.image_sizes?.smallest),
      size(split.image_sizes?.median),
      size(split.image_sizes?.largest),
    ]),
  )
}

/** Images of each class; of very many classes those that the first split has most and least of. */
function classTable(splits: readonly SplitSummary[], classes: readonly string[]): string {
  const row = (index: number): (string | number)[] => [
    plainName(classes[index] ?? ''),
    ...splits.map((split) => (split.per_class[index] ?? 0).toLocaleString('en')),
  ]
  const head = ['class', ...splits.map(({ split }) => split)]
  const all = Array.from(classes, (_, index) => index)
  if (all.length <= MOST_ROWS) return plainTable(head, all.map(row))
  const counts = splits[0]?.per_class ?? []
  all.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
  const between = [`… ${all.length - 20} more`, ...splits.map(() => '')]
  return plainTable(head, [...all.slice(0, 10).map(row), between, ...all.slice(-10).map(row)])
}
