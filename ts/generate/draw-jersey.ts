import type { SKRSContext2D } from '@napi-rs/canvas'
import { chooseNumberStyle, drawNumber, type NumberStyle } from './draw-number.ts'
import { drawBackground, drawLimb, SKIN_TONES } from './draw-surroundings.ts'
import { cssColor, JERSEY_COLORS, type JerseyColor, type Rgb } from './jersey-colors.ts'
import { numberFonts } from './number-fonts.ts'
import type { Random } from './random.ts'

/** What was drawn, in digit heights around the number's centre. */
export interface DrawnJersey {
  readonly color: JerseyColor
  readonly numberWidth: number
}

const WORDS = [
  'HEAT',
  'LAKES',
  'KINGS',
  'RIVERS',
  'BAY CITY',
  'HARBOR',
  'NORTH',
  'STATE',
  'COMETS',
  'MOUNTAIN',
  'RAVENS',
  'SOUTHSIDE',
  'WOLVES',
  'JOHNSON',
  'MARTINEZ',
  'OKAFOR',
  'WILLIAMS',
  'HARRIS',
  'PETROV',
  'LEE',
  'DIALLO',
  'CARTER',
  'METRO',
  'CAPITALS',
]

/**
 * Draws a player's torso as seen straight on, in `size` × `size` pixels with the number in the middle, its digits
 * `unit` pixels high.
 */
export function drawJersey(
  context: SKRSContext2D,
  random: Random,
  label: string,
  size: number,
  unit: number,
): DrawnJersey {
  context.setTransform(1, 0, 0, 1, 0, 0)
  drawBackground(context, random, size, unit)
  context.setTransform(1, 0, 0, 1, size / 2, size / 2)

  const color = random.weighted(JERSEY_COLORS)
  const style = chooseNumberStyle(random, numberFonts(), random.pick(color.numbers), color.accents)
  const skin = random.pick(SKIN_TONES)
  const turn = random.normal() * 0.35
  const reach = label.length === 1 ? 0.98 : 1.25
  const left = -Math.max(0.62, reach - turn + random.between(-0.2, 0.35)) * unit
  const right = Math.max(0.62, reach + turn + random.between(-0.2, 0.35)) * unit

  if (random.chance(0.75)) drawLimb(context, random, skin, left, -1, unit)
  if (random.chance(0.75)) drawLimb(context, random, skin, right, 1, unit)
  drawTorso(context, random, color, skin, left, right, unit)
  if (random.chance(0.65)) drawLettering(context, random, style, -random.between(0.76, 1.08), unit)
  if (random.chance(0.06)) drawLettering(context, random, style, random.between(0.78, 1.0), unit)
  const numberWidth = drawNumber(context, label, style, unit)
  // An arm in front of the body, over the number's edge at most.
  if (random.chance(0.07)) {
    const side = random.chance(0.5) ? 1 : -1
    drawLimb(context, random, skin, side * (numberWidth / 2 + random.between(0, 0.2)) * unit, side, unit)
  }
  return { color, numberWidth }
}

function drawTorso(
  context: SKRSContext2D,
  random: Random,
  color: JerseyColor,
  skin: Rgb,
  left: number,
  right: number,
  unit: number,
): void {
  const outline = () => {
    const bulge = random.between(-0.12, 0.2) * unit
    context.beginPath()
    context.moveTo(left * 0.8, -2 * unit)
    context.quadraticCurveTo(left - bulge, -0.6 * unit, left, 2 * unit)
    context.lineTo(right, 2 * unit)
    context.quadraticCurveTo(right + bulge, -0.6 * unit, right * 0.8, -2 * unit)
    context.closePath()
  }
  context.save()
  outline()
  context.clip()
  context.fillStyle = cssColor(color.cloth)
  context.fillRect(left - unit, -2 * unit, right - left + 2 * unit, 4 * unit)
  const accent = random.pick(color.accents)
  if (random.chance(0.35)) {
    const panel = random.between(0.12, 0.35) * unit
    context.fillStyle = cssColor(accent)
    context.fillRect(left - unit, -2 * unit, unit + panel, 4 * unit)
    context.fillRect(right - panel, -2 * unit, unit + panel, 4 * unit)
  }
  if (random.chance(0.3)) drawArmholes(context, random, skin, accent, left, right, unit)
  if (random.chance(0.12)) {
    // The waistband, where the shirt ends.
    context.fillStyle = cssColor(random.chance(0.5) ? accent : color.cloth)
    context.fillRect(-2 * unit, random.between(0.85, 1.1) * unit, 4 * unit, unit)
  }
  // A torso is round: its sides turn away from the lamps above the court.
  const roundness = context.createLinearGradient(left, 0, right, 0)
  const dark = random.between(0.12, 0.42)
  roundness.addColorStop(0, `rgba(12, 8, 20, ${dark.toFixed(3)})`)
  roundness.addColorStop(random.between(0.2, 0.4), 'rgba(12, 8, 20, 0)')
  roundness.addColorStop(random.between(0.6, 0.8), 'rgba(12, 8, 20, 0)')
  roundness.addColorStop(1, `rgba(12, 8, 20, ${(dark * random.between(0.5, 1)).toFixed(3)})`)
  context.fillStyle = roundness
  context.fillRect(left - unit, -2 * unit, right - left + 2 * unit, 4 * unit)
  context.restore()
}

/** The sleeveless shoulder: skin in the upper corners, with piping. */
function drawArmholes(
  context: SKRSContext2D,
  random: Random,
  skin: Rgb,
  accent: Rgb,
  left: number,
  right: number,
  unit: number,
): void {
  const radius = random.between(0.5, 0.8) * unit
  const top = -random.between(1.1, 1.5) * unit
  context.lineWidth = 0.09 * unit
  context.strokeStyle = cssColor(accent)
  context.fillStyle = cssColor(skin)
  for (const x of [left, right]) {
    context.beginPath()
    context.ellipse(x, top, radius * 0.75, radius, 0, 0, 2 * Math.PI)
    context.fill()
    context.stroke()
  }
}

/** A team's or player's name on an arc; `y` is the line's middle in digit heights. */
function drawLettering(
  context: SKRSContext2D,
  random: Random,
  style: NumberStyle,
  y: number,
  unit: number,
): void {
  const height = random.between(0.2, 0.36) * unit
  context.save()
  context.font = `${(style.font.sizePerHeight * height).toFixed(2)}px ${style.font.family}`
  context.textAlign = 'center'
  context.lineJoin = 'round'
  const text = random.pick(WORDS)
  const advances = [...text].map((letter) => context.measureText(letter).width + height * 0.1)
  const length = advances.reduce((sum, advance) => sum + advance, 0)
  const squeeze = Math.min(1.15, (random.between(1.5, 2.2) * unit) / length)
  const bend = random.between(0, 0.32) * Math.sign(-y)
  const outline = random.chance(0.4) ? style.outlines[0] : undefined
  let x = -length / 2
  for (const [index, letter] of [...text].entries()) {
    const advance = advances[index] ?? 0
    const middle = (x + advance / 2) * squeeze
    const along = middle / unit
    context.save()
    context.translate(middle, y * unit + height / 2 + bend * along * along * 0.6 * unit)
    context.rotate(Math.atan(1.2 * bend * along))
    context.scale(squeeze, 1)
    if (outline) {
      context.strokeStyle = cssColor(outline.color)
      context.lineWidth = outline.width * unit * 0.9
      context.strokeText(letter, 0, 0)
    }
    context.fillStyle = cssColor(style.fill, 0.85)
    context.fillText(letter, 0, 0)
    context.restore()
    x += advance
  }
  context.restore()
}
