import type { HeatedPicture } from '../plot/heat-overlay.ts'
import type { ValidationEvent } from '../train/callback.ts'
import type { ScoredImage } from './scored-images.ts'

/** An image as the network saw it, with what spoke for the predicted class. */
export interface HeatedImage extends HeatedPicture {
  readonly scored: ScoredImage
}

/** Heat maps of images of an evaluation. `layer` is where the network was cut; empty where there are no images. */
export async function heatedImages(
  images: readonly ScoredImage[],
  event: Pick<ValidationEvent, 'heatMaps'>,
  layer: string | null = null,
): Promise<{ readonly images: readonly HeatedImage[]; readonly layer: string }> {
  if (images.length === 0) return { images: [], layer: layer ?? '' }
  const answer = await event.heatMaps({
    samples: images.map(({ sample }) => sample),
    targets: images.map(({ predictedClass }) => predictedClass),
    layer,
  })
  const { input_hw, map_hw } = answer.report
  const part = <T extends Uint8Array | Float32Array>(all: T, index: number): T =>
    all.subarray((index * all.length) / images.length, ((index + 1) * all.length) / images.length) as T
  return {
    layer: answer.report.layer,
    images: images.map((scored, index) => ({
      scored,
      picture: { height: input_hw[0], width: input_hw[1], rgb: part(answer.images, index) },
      heat: { height: map_hw[0], width: map_hw[1], values: part(answer.maps, index) },
    })),
  }
}
