import { fontFamily } from './fonts.ts'
import { palette } from './palette.ts'
import { type Context, measuringContext } from './surface.ts'

/** The sizes of type in logical pixels: no plot uses another one, except labels that must follow a cell. */
export const typeSize = { title: 20, heading: 14, body: 12, label: 11, small: 10 } as const

export interface TextStyle {
  /** Logical pixels. */
  readonly size?: number
  readonly weight?: 400 | 600
  readonly color?: string
  readonly align?: 'left' | 'center' | 'right'
  readonly baseline?: 'alphabetic' | 'middle' | 'top' | 'bottom'
  /** Longer text is shortened in its middle. */
  readonly maxWidth?: number
}

/** Draws one line of text and answers the width it took. */
export function drawText(
  context: Context,
  text: string,
  x: number,
  y: number,
  style: TextStyle = {},
): number {
  context.font = font(style)
  context.fillStyle = style.color ?? palette.ink
  context.textAlign = style.align ?? 'left'
  context.textBaseline = style.baseline ?? 'alphabetic'
  const shown = style.maxWidth === undefined ? text : fitText(text, style.maxWidth, style)
  context.fillText(shown, x, y)
  return context.measureText(shown).width
}

/** Text turned a quarter to the left, reading upwards from (x, y); `align` is along the reading direction. */
export function drawTextUpwards(
  context: Context,
  text: string,
  x: number,
  y: number,
  style: TextStyle = {},
): void {
  context.save()
  context.translate(x, y)
  context.rotate(-Math.PI / 2)
  drawText(context, text, 0, 0, style)
  context.restore()
}

/** Width of one line in logical pixels. */
export function textWidth(text: string, style: TextStyle = {}): number {
  const context = measuringContext()
  context.font = font(style)
  return context.measureText(text).width
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The text, or as much of its beginning and end around `…` as fits. Names that share a beginning stay apart. */
export function fitText(text: string, maxWidth: number, style: TextStyle = {}): string {
  if (textWidth(text, style) <= maxWidth) return text
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment)
  const shortened = (kept: number): string => {
    const head = Math.ceil(kept * 0.6)
    return `${parts.slice(0, head).join('').trimEnd()}…${parts
      .slice(parts.length - (kept - head))
      .join('')
      .trimStart()}`
  }
  let low = 0
  let high = parts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (textWidth(shortened(middle), style) <= maxWidth) low = middle
    else high = middle - 1
  }
  return low === 0 ? '…' : shortened(low)
}

function font({ size = typeSize.body, weight = 400 }: TextStyle): string {
  return `${weight} ${size}px ${fontFamily()}`
}
