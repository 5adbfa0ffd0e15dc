/** Red, green, blue, 0…255 each. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** Cloth of one colour and the colours in which numbers are sewn on it. */
export interface JerseyColor {
  readonly name: string
  /** How often it is worn, relative to the others. */
  readonly weight: number
  readonly cloth: Rgb
  readonly numbers: readonly NumberColor[]
  /** Colours of panels, piping and lettering outlines. */
  readonly accents: readonly Rgb[]
}

export interface NumberColor {
  readonly fill: Rgb
  /** The outline next to the digits; `null`: no outline. */
  readonly outlines: readonly (Rgb | null)[]
}

const WHITE: Rgb = [232, 228, 228]
const CREAM: Rgb = [236, 222, 190]
const BLACK: Rgb = [22, 20, 24]
const NAVY: Rgb = [24, 32, 78]
const ROYAL: Rgb = [28, 62, 176]
const SKY: Rgb = [112, 172, 222]
const PURPLE: Rgb = [84, 40, 142]
const RED: Rgb = [198, 28, 48]
const MAROON: Rgb = [112, 22, 34]
const GOLD: Rgb = [244, 186, 38]
const GREEN: Rgb = [16, 98, 60]
const SILVER: Rgb = [158, 160, 166]
const ORANGE: Rgb = [236, 108, 36]

/** The eleven jerseys. */
export const JERSEY_COLORS: readonly JerseyColor[] = [
  {
    name: 'white',
    weight: 42,
    cloth: WHITE,
    numbers: [
      { fill: BLACK, outlines: [null, null, SILVER] },
      { fill: BLACK, outlines: [null, RED, GOLD] },
      { fill: MAROON, outlines: [null, GOLD, BLACK] },
      { fill: RED, outlines: [null, NAVY, BLACK, ROYAL] },
      { fill: NAVY, outlines: [null, RED, GOLD] },
      { fill: ROYAL, outlines: [null, ORANGE, SILVER] },
      { fill: GREEN, outlines: [null, BLACK, GOLD] },
      { fill: PURPLE, outlines: [null, GOLD, BLACK] },
    ],
    accents: [BLACK, RED, NAVY, ROYAL, GREEN, MAROON, PURPLE, SILVER],
  },
  {
    name: 'grey',
    weight: 3,
    cloth: SILVER,
    numbers: [
      { fill: BLACK, outlines: [WHITE, null] },
      { fill: WHITE, outlines: [BLACK, NAVY] },
      { fill: NAVY, outlines: [WHITE, null] },
    ],
    accents: [BLACK, WHITE, NAVY],
  },
  {
    name: 'black',
    weight: 6,
    cloth: BLACK,
    numbers: [
      { fill: WHITE, outlines: [null, RED, SILVER] },
      { fill: RED, outlines: [WHITE, SILVER] },
      { fill: GOLD, outlines: [WHITE, null] },
      { fill: SILVER, outlines: [null, WHITE] },
    ],
    accents: [RED, SILVER, WHITE, GOLD],
  },
  {
    name: 'navy',
    weight: 6,
    cloth: NAVY,
    numbers: [
      { fill: WHITE, outlines: [null, RED, GOLD] },
      { fill: GOLD, outlines: [null, WHITE] },
      { fill: RED, outlines: [WHITE] },
    ],
    accents: [GOLD, RED, WHITE, SKY],
  },
  {
    name: 'royal blue',
    weight: 14,
    cloth: ROYAL,
    numbers: [
      { fill: WHITE, outlines: [null, RED, ORANGE, NAVY] },
      { fill: CREAM, outlines: [null, ORANGE, NAVY] },
      { fill: RED, outlines: [WHITE] },
      { fill: GOLD, outlines: [NAVY, WHITE] },
    ],
    accents: [WHITE, RED, ORANGE, NAVY],
  },
  {
    name: 'light blue',
    weight: 4,
    cloth: SKY,
    numbers: [
      { fill: WHITE, outlines: [NAVY, ROYAL] },
      { fill: NAVY, outlines: [null, WHITE, GOLD] },
      { fill: BLACK, outlines: [null, WHITE] },
    ],
    accents: [NAVY, WHITE, GOLD],
  },
  {
    name: 'purple',
    weight: 6,
    cloth: PURPLE,
    numbers: [
      { fill: WHITE, outlines: [null, BLACK, ORANGE] },
      { fill: GOLD, outlines: [null, WHITE] },
    ],
    accents: [GOLD, WHITE, BLACK],
  },
  {
    name: 'red',
    weight: 11,
    cloth: RED,
    numbers: [
      { fill: WHITE, outlines: [null, BLACK, NAVY] },
      { fill: BLACK, outlines: [null, WHITE] },
      { fill: GOLD, outlines: [null, WHITE] },
    ],
    accents: [WHITE, BLACK, NAVY],
  },
  {
    name: 'maroon',
    weight: 7,
    cloth: MAROON,
    numbers: [
      { fill: WHITE, outlines: [null, GOLD] },
      { fill: CREAM, outlines: [null, GOLD, NAVY] },
      { fill: GOLD, outlines: [null, NAVY] },
    ],
    accents: [GOLD, NAVY, WHITE],
  },
  {
    name: 'gold',
    weight: 10,
    cloth: GOLD,
    numbers: [
      { fill: NAVY, outlines: [null, null, WHITE] },
      { fill: PURPLE, outlines: [null, WHITE] },
      { fill: BLACK, outlines: [null, WHITE] },
      { fill: WHITE, outlines: [PURPLE, NAVY] },
    ],
    accents: [NAVY, PURPLE, WHITE, BLACK],
  },
  {
    name: 'green',
    weight: 5,
    cloth: GREEN,
    numbers: [
      { fill: WHITE, outlines: [null, BLACK, GOLD] },
      { fill: CREAM, outlines: [null, BLACK] },
      { fill: GOLD, outlines: [null, WHITE] },
    ],
    accents: [WHITE, BLACK, GOLD],
  },
]

export function cssColor([red, green, blue]: Rgb, alpha = 1): string {
  return `rgba(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)}, ${alpha.toFixed(3)})`
}
