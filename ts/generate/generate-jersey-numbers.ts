import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { ConfigError, DeviceError, Failure } from '../errors/index.ts'
import {
  type DatasetStamp,
  GENERATOR_VERSION,
  holdsDataset,
  readStamp,
  SPLITS,
  STAMP_FILE,
} from './dataset-stamp.ts'
import { type GenerateOptions, type ResolvedGenerateOptions, resolveOptions } from './options.ts'
import { type PlannedImage, planSplit, splitCounts } from './plan-split.ts'
import type { RenderBatch } from './render-batch.ts'
import { renderBatches } from './render-batches.ts'
import { createPartialFolder, replaceFolder } from './replace-folder.ts'

/** Images per message to a worker. */
const BATCH = 50
/** Below this many images starting threads costs more than it gains. */
const FEW_IMAGES = 200
const MOST_WORKERS = 8

export interface GenerateControls {
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Threads that draw; 0 draws on the calling one. Does not change a byte of the result. */
  readonly workers?: number | undefined
}

export interface GeneratedSummary extends DatasetStamp {
  /** Absolute path of the folder, with the splits below. */
  readonly output: string
  /** Whether the very same data set was there already. */
  readonly reused: boolean
  readonly seconds: number
}

/**
 * Writes the synthetic jersey-number data set: JSONL splits `train`, `valid`, `test` of JPEG crops as from basketball
 * broadcasts, labels as strings. The same options give the same bytes on the same machine. The folder appears whole
 * or not at all; if it holds this data set already nothing is drawn, and a generated one with other options is replaced.
 * Throws ConfigError for bad options or a folder with anything else in it, DeviceError where the disk refuses.
 */
export async function generateJerseyNumbers(
  options: GenerateOptions & GenerateControls,
): Promise<GeneratedSummary> {
  const start = performance.now()
  const { onProgress, signal, workers, ...plain } = options
  const resolved = resolveOptions(plain)
  const output = resolve(resolved.output)
  const summary = (stamp: DatasetStamp, reused: boolean): GeneratedSummary => ({
    ...stamp,
    output,
    reused,
    seconds: (performance.now() - start) / 1000,
  })
  const present = readStamp(output)
  if (holdsDataset(output, present, resolved)) return summary(present, true)
  if (!present) refuseForeignFolder(output)
  try {
    const partial = createPartialFolder(output)
    try {
      const stamp = await fill(partial, resolved, { onProgress, signal, workers })
      signal?.throwIfAborted()
      // Another process may have been faster with the same data set.
      const rival = readStamp(output)
      if (holdsDataset(output, rival, resolved)) return summary(rival, true)
      replaceFolder(partial, output)
      return summary(stamp, false)
    } finally {
      rmSync(partial, { recursive: true, force: true })
    }
  } catch (error) {
    throw explain(error, output)
  }
}

async function fill(
  folder: string,
  options: ResolvedGenerateOptions,
  controls: GenerateControls,
): Promise<DatasetStamp> {
  const counts = splitCounts(options.count)
  const batches: RenderBatch[] = []
  const splits: Record<string, { images: number; classes: number }> = {}
  for (const [number, split] of SPLITS.entries()) {
    const directory = join(folder, split)
    mkdirSync(directory)
    const images = planSplit(options.seed, split, counts[split])
    writeFileSync(join(directory, 'annotations.jsonl'), annotations(images))
    splits[split] = { images: images.length, classes: new Set(images.map((image) => image.label)).size }
    for (let from = 0; from < images.length; from += BATCH) {
      const { seed, imageSize } = options
      batches.push({ directory, seed, split: number, imageSize, images: images.slice(from, from + BATCH) })
    }
  }
  let done = 0
  await renderBatches(batches, controls.workers ?? defaultWorkers(options.count), {
    signal: controls.signal,
    onDone: (images) => {
      done += images
      controls.onProgress?.({ done, total: options.count })
    },
  })
  const stamp: DatasetStamp = {
    generator: 'jersey-numbers',
    version: GENERATOR_VERSION,
    seed: options.seed,
    count: options.count,
    image_size: options.imageSize,
    splits: splits as DatasetStamp['splits'],
  }
  writeFileSync(join(folder, STAMP_FILE), `${JSON.stringify(stamp, null, 2)}\n`)
  return stamp
}

function annotations(images: readonly PlannedImage[]): string {
  return images
    .map(
      ({ file, label }) => `${JSON.stringify({ image: file, prefix: 'Read the number.', suffix: label })}\n`,
    )
    .join('')
}

function defaultWorkers(count: number): number {
  return count < FEW_IMAGES ? 0 : Math.min(MOST_WORKERS, availableParallelism())
}

/** Only a folder that is new, empty or generated may be written to. */
function refuseForeignFolder(output: string): void {
  if (!existsSync(output)) return
  if (!statSync(output).isDirectory()) {
    throw new ConfigError({ key: 'output', message: `${output} is a file`, hint: 'name a folder' })
  }
  if (readdirSync(output).length > 0) {
    throw new ConfigError({
      key: 'output',
      message: `${output} holds files that were not generated here, and would be replaced`,
      hint: 'name a folder that is new or empty',
    })
  }
}

const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'part of the path is a file',
}

function explain(error: unknown, output: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  const reason = code === undefined ? undefined : DISK_ERRORS[code]
  if (error instanceof Failure || reason === undefined) return error
  return new DeviceError(`cannot write the data set to ${output}: ${reason}`, {
    hint: 'make room or name another folder (output)',
    cause: error,
  })
}
