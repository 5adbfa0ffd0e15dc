import type { SKRSContext2D } from '@napi-rs/canvas'
import { cssColor, type NumberColor, type Rgb } from './jersey-colors.ts'
import type { NumberFont } from './number-fonts.ts'
import type { Random } from './random.ts'

/** How a team sews its numbers. Lengths are in digit heights. */
export interface NumberStyle {
  readonly font: NumberFont
  readonly fill: Rgb
  /** From the outermost inwards; `width` is how far the outline reaches beyond the digit. */
  readonly outlines: readonly { readonly color: Rgb; readonly width: number }[]
  /** Horizontal scale of the digits. */
  readonly stretch: number
  /** Between the digits' boxes. */
  readonly gap: number
  readonly sharpCorners: boolean
}

export function chooseNumberStyle(
  random: Random,
  fonts: readonly NumberFont[],
  color: NumberColor,
  accents: readonly Rgb[],
): NumberStyle {
  const outline = random.pick(color.outlines)
  const width = random.between(0.045, 0.1)
  const outlines = outline ? [{ color: outline, width }] : []
  // A second outline around the first, as on half of the alternate jerseys.
  if (outline && random.chance(0.25)) {
    outlines.unshift({ color: random.pick(accents), width: width + random.between(0.04, 0.07) })
  }
  return {
    font: random.weighted(fonts),
    fill: color.fill,
    outlines,
    stretch: random.between(0.78, 1.06),
    gap: random.between(0.05, 0.13) + (outline ? width * 0.8 : 0),
    sharpCorners: random.chance(0.5),
  }
}

/** Draws the number centred on the origin, `unit` pixels high; returns its width in digit heights. */
export function drawNumber(context: SKRSContext2D, label: string, style: NumberStyle, unit: number): number {
  context.save()
  context.font = `${(style.font.sizePerHeight * unit).toFixed(2)}px ${style.font.family}`
  context.textAlign = 'left'
  context.textBaseline = 'alphabetic'
  context.lineJoin = style.sharpCorners ? 'miter' : 'round'
  context.miterLimit = 3
  const digits = [...label.replaceAll('0', style.font.zero)].map((text) => {
    const box = context.measureText(text)
    return { text, left: -box.actualBoundingBoxLeft, right: box.actualBoundingBoxRight }
  })
  const gap = (style.gap * unit) / style.stretch
  const inked = digits.reduce((sum, digit) => sum + digit.right - digit.left, 0)
  const width = inked + gap * (digits.length - 1)
  context.scale(style.stretch, 1)
  let x = -width / 2
  const placed = digits.map((digit) => {
    const at = x - digit.left
    x += digit.right - digit.left + gap
    return { text: digit.text, at }
  })
  const bold = style.font.embolden * unit
  for (const outline of style.outlines) {
    context.strokeStyle = cssColor(outline.color)
    context.lineWidth = 2 * outline.width * unit + bold
    for (const digit of placed) context.strokeText(digit.text, digit.at, unit / 2)
  }
  context.fillStyle = cssColor(style.fill)
  context.strokeStyle = context.fillStyle
  context.lineWidth = bold
  for (const digit of placed) {
    if (bold > 0) context.strokeText(digit.text, digit.at, unit / 2)
    context.fillText(digit.text, digit.at, unit / 2)
  }
  context.restore()
  return (width * style.stretch) / unit
}
