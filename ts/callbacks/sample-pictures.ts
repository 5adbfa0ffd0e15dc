import type { Split } from '../native/spec.d.ts'
import { type RgbPicture, thumbnail } from '../plot/picture.ts'
import type { Prediction } from '../plot/prediction-tile.ts'
import type { RunContext } from '../train/callback.ts'
import type { ScoredImage } from './scored-images.ts'

/** Pixels each way: what a tile shows at its full resolution. */
const THUMBNAIL_SIDE = 320
/** Pictures kept from one drawing to the next. */
const MOST_KEPT = 256

type Pictured = Pick<RunContext, 'dataset' | 'classes'>

/** Reads pictures of samples as small as a plot needs them, and keeps those that were read last. */
export class SamplePictures {
  readonly #kept = new Map<string, RgbPicture>()

  /** What a plot shows of each image. A file that cannot be read is the caller's DataError. */
  async of(images: readonly ScoredImage[], split: Split, context: Pictured): Promise<Prediction[]> {
    const shown: Prediction[] = []
    for (const image of images)
      shown.push({
        picture: await this.#read(split, image.sample, context),
        trueName: context.classes[image.trueClass] ?? String(image.trueClass),
        predictedName: context.classes[image.predictedClass] ?? String(image.predictedClass),
        confidence: image.confidence,
        correct: image.trueClass === image.predictedClass,
      })
    return shown
  }

  async #read(split: Split, sample: number, context: Pictured): Promise<RgbPicture> {
    const key = `${split}/${sample}`
    const known = this.#kept.get(key)
    if (known) return known
    const picture = thumbnail(await context.dataset.picture(split, sample), THUMBNAIL_SIDE)
    const oldest = this.#kept.size >= MOST_KEPT ? this.#kept.keys().next().value : undefined
    if (oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(key, picture)
    return picture
  }
}
