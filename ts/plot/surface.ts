import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { registerFonts } from './fonts.ts'
import { palette } from './palette.ts'

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
  registerFonts()
  const canvas = createCanvas(Math.ceil(width * PIXEL_RATIO), Math.ceil(height * PIXEL_RATIO))
  const context = canvas.getContext('2d')
  context.scale(PIXEL_RATIO, PIXEL_RATIO)
  context.fillStyle = palette.paper
  context.fillRect(0, 0, width, height)
  draw(context)
  return canvas.encode('png')
}

let measuring: Context | undefined

/** A context for measuring text before the page's size is known. */
export function measuringContext(): Context {
  registerFonts()
  measuring ??= createCanvas(1, 1).getContext('2d')
  return measuring
}
