import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResolvedGenerateOptions } from './options.ts'

/** Raise it whenever the same options give other pictures or rows. */
export const GENERATOR_VERSION = 1
export const SPLITS = ['train', 'valid', 'test'] as const
export const STAMP_FILE = 'dataset.json'

export type Split = (typeof SPLITS)[number]

/** `dataset.json`: what a folder holds, written last. */
export interface DatasetStamp {
  readonly generator: 'jersey-numbers'
  readonly version: number
  readonly seed: number
  readonly count: number
  readonly image_size: number
  readonly splits: Readonly<Record<Split, { readonly images: number; readonly classes: number }>>
}

/** The stamp of the data set in a folder, or `undefined` where there is none that can be read. */
export function readStamp(folder: string): DatasetStamp | undefined {
  try {
    const stamp = JSON.parse(readFileSync(join(folder, STAMP_FILE), 'utf8')) as Partial<DatasetStamp>
    return stamp.generator === 'jersey-numbers' && stamp.splits ? (stamp as DatasetStamp) : undefined
  } catch {
    return undefined
  }
}

/** Whether the folder holds, whole, the very data set that the options describe. */
export function holdsDataset(
  folder: string,
  stamp: DatasetStamp | undefined,
  options: ResolvedGenerateOptions,
): stamp is DatasetStamp {
  return (
    stamp !== undefined &&
    stamp.version === GENERATOR_VERSION &&
    stamp.seed === options.seed &&
    stamp.count === options.count &&
    stamp.image_size === options.imageSize &&
    SPLITS.every((split) => {
      const directory = join(folder, split)
      if (!existsSync(join(directory, 'annotations.jsonl'))) return false
      const images = readdirSync(directory).filter((file) => file.endsWith('.jpg'))
      return images.length === stamp.splits[split]?.images
    })
  )
}
