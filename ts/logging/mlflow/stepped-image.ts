import { randomUUID } from 'node:crypto'
import { createCanvas, loadImage } from '@napi-rs/canvas'

const THUMBNAIL = 256

/** The path of a picture as MLflow's pages look for it, without its ending. */
export function imagePlace(key: string, step: number, timestamp: number): string {
  return `images/${key.replaceAll('/', '~')}+step+${step}+timestamp+${timestamp}+${randomUUID()}`
}

/** A picture at most 256 pixels wide, as WebP. */
export async function thumbnail(picture: string | Uint8Array): Promise<Uint8Array> {
  const image = await loadImage(picture)
  const scale = Math.min(1, THUMBNAIL / image.width)
  const [width, height] = [Math.max(1, image.width * scale), Math.max(1, image.height * scale)]
  const canvas = createCanvas(Math.round(width), Math.round(height))
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.encode('webp')
}
