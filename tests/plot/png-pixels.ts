import { createCanvas, loadImage } from '@napi-rs/canvas'

export interface Pixels {
  readonly width: number
  readonly height: number
  /** RGBA, row-major. */
  readonly data: Uint8ClampedArray
}

export async function pixelsOf(png: Uint8Array): Promise<Pixels> {
  const image = await loadImage(png)
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, image.width, image.height)
  return { width: image.width, height: image.height, data: data as unknown as Uint8ClampedArray }
}

/** Does a band along all four edges hold nothing but white? What is drawn over the edge would be cut off. */
export function hasCleanEdges({ width, height, data }: Pixels, band = 24): boolean {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (y >= band && y < height - band && x >= band && x < width - band) {
        x = width - band - 1
        continue
      }
      const at = (y * width + x) * 4
      if ((data[at] ?? 0) < 250 || (data[at + 1] ?? 0) < 250 || (data[at + 2] ?? 0) < 250) return false
    }
  return true
}
