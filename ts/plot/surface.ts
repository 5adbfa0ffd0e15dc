import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { registerFonts } from './fonts.ts'
import { palette } from './palette.ts'
import { encodePng } from './png.ts'

/** What plots draw on. */
export type Context = SKRSContext2D

/** Device pixels per logical one: pictures stay crisp on dense screens. */
export const PIXEL_RATIO = 2

/** Sizes are logical pixels; the PNG has twice as many each way. `draw` gets a white page. */
export async function renderPng(
  width: number,
  height: number,
  draw: (context: Context) => void,
): Promise<Uint8Array> {
  const canvas = page(width, height, draw)
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return encodePng(canvas.width, canvas.height, data)
}

/** The same as a JPEG, for a page that is a photograph before all. */
export async function renderJpeg(
  width: number,
  height: number,
  draw: (context: Context) => void,
): Promise<Uint8Array> {
  return page(width, height, draw).encode('jpeg', 90)
}

function page(width: number, height: number, draw: (context: Context) => void): Canvas {
  registerFonts()
  const canvas = createCanvas(Math.ceil(width * PIXEL_RATIO), Math.ceil(height * PIXEL_RATIO))
  const context = canvas.getContext('2d')
  context.scale(PIXEL_RATIO, PIXEL_RATIO)
  context.fillStyle = palette.paper
  context.fillRect(0, 0, width, height)
  draw(context)
  return canvas
}

let measuring: Context | undefined

/** A context for measuring text before the page's size is known. */
export function measuringContext(): Context {
  registerFonts()
  measuring ??= createCanvas(1, 1).getContext('2d')
  return measuring
}
