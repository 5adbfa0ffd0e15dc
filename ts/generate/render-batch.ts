import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderImage } from './render-image.ts'

/** Some pictures to draw and where to put them; plain data, so that it can be sent to a worker. */
export interface RenderBatch {
  readonly directory: string
  readonly seed: number
  readonly split: number
  readonly imageSize: number
  readonly images: readonly { readonly index: number; readonly label: string; readonly file: string }[]
}

/** Draws the pictures and writes their files. */
export function renderBatch(batch: RenderBatch): void {
  for (const { index, label, file } of batch.images) {
    const jpeg = renderImage({ seed: batch.seed, split: batch.split, index }, label, batch.imageSize)
    writeFileSync(join(batch.directory, file), jpeg)
  }
}
