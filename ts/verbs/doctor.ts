import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { DataError } from '../errors/index.ts'
import type { Dataset } from '../native/engine.ts'
import type { NativeImages } from '../native/native-images.ts'
import type { DatasetSpec, Split } from '../native/spec.d.ts'
import { type DatasetFinding, datasetFindings } from './dataset-findings.ts'

/** One sample as it lies on the disk. */
export interface ExaminedSample {
  readonly split: Split
  /** Below the data set's root. */
  readonly path: string
  readonly label: string
  /** Hash of the file's bytes; undefined where it cannot be read. */
  readonly content: bigint | undefined
  /** Pixels; undefined where it cannot be decoded. */
  readonly size: readonly [width: number, height: number] | undefined
  /** Why it cannot be read or decoded. */
  readonly fault: string | undefined
}

export interface ExaminedSplit {
  readonly split: Split
  readonly folder: string
  readonly samples: number
  readonly images: number
  readonly per_class: Readonly<Record<string, number>>
  /** Smallest, median and largest image by area; null where none can be decoded. */
  readonly sizes: readonly (readonly [width: number, height: number])[] | null
}

export interface DoctorReport {
  readonly root: string
  readonly format: string
  readonly classes: readonly string[]
  readonly splits: readonly ExaminedSplit[]
  /** What is wrong, errors first. */
  readonly findings: readonly DatasetFinding[]
}

/**
 * Reads and decodes every image of a data set and tells what is wrong with it. What keeps it from being read at all is a
 * finding too.
 */
export async function examineDataset(images: NativeImages, spec: DatasetSpec): Promise<DoctorReport> {
  let dataset: Dataset
  try {
    dataset = await images.openDataset({ ...spec, on_error: 'skip' })
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const message = [error.message, ...(error.hint === undefined ? [] : [error.hint])].join('\n')
    const finding = { severity: 'error', kind: 'unusable', message, count: 1, examples: [] } as const
    return { root: spec.root, format: spec.format, classes: [], splits: [], findings: [finding] }
  }
  const { summary } = dataset
  const samples: ExaminedSample[] = []
  for (const { split } of summary.splits) samples.push(...(await examineSplit(dataset, split)))
  const splits = summary.splits.map(
    ({ split, folder, samples: count, images: files, per_class }): ExaminedSplit => ({
      split,
      folder,
      samples: count,
      images: files,
      per_class: Object.fromEntries(summary.classes.map((name, index) => [name, per_class[index] ?? 0])),
      sizes: sizesOf(samples.filter((sample) => sample.split === split)),
    }),
  )
  const { root, format, classes } = summary
  return { root, format, classes, splits, findings: datasetFindings(summary, samples) }
}

async function examineSplit(dataset: Dataset, split: Split): Promise<ExaminedSample[]> {
  const labels = dataset.labels(split)
  const paths = dataset.paths(split, [...labels.keys()])
  const examined: ExaminedSample[] = new Array(labels.length)
  let next = 0
  const work = async (): Promise<void> => {
    for (let sample = next++; sample < labels.length; sample = next++) {
      const path = paths[sample] ?? ''
      const known = {
        split,
        path: relative(dataset.summary.root, path),
        label: dataset.summary.classes[labels[sample] ?? 0] ?? '',
      }
      examined[sample] = { ...known, ...(await examineFile(dataset, split, sample, path)) }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() * 2 }, work))
  return examined
}

async function examineFile(
  dataset: Dataset,
  split: Split,
  sample: number,
  path: string,
): Promise<Pick<ExaminedSample, 'content' | 'size' | 'fault'>> {
  let content: bigint | undefined
  try {
    content = BigInt(Bun.hash(await Bun.file(path).arrayBuffer()))
    const { width, height } = await dataset.picture(split, sample)
    return { content, size: [width, height], fault: undefined }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { content, size: undefined, fault: message.replace(`${path}: `, '') }
  }
}

function sizesOf(samples: readonly ExaminedSample[]): ExaminedSplit['sizes'] {
  const sizes = samples.flatMap(({ size }) => (size ? [size] : []))
  sizes.sort(([aWidth, aHeight], [bWidth, bHeight]) => aWidth * aHeight - bWidth * bHeight)
  const places = [0, Math.floor(sizes.length / 2), sizes.length - 1]
  const chosen = places.flatMap((place) => (sizes[place] ? [sizes[place]] : []))
  return chosen.length === 3 ? chosen : null
}
