import type { DrawnJersey } from './draw-jersey.ts'
import type { Random } from './random.ts'

/** A crease across the cloth, in digit heights around the number's centre. */
export interface Fold {
  /** The crease is the line x·cos + y·sin = offset. */
  readonly cos: number
  readonly sin: number
  readonly offset: number
  readonly width: number
  /** Brightness of its lit side, as a share; the other side is darkened alike. */
  readonly light: number
  /** How far the print is pulled across the crease, in digit heights. */
  readonly pull: number
}

/** Everything that stands between the jersey and the file: camera, player's pose, broadcast. Lengths in pixels of the picture. */
export interface Capture {
  readonly width: number
  readonly height: number
  /** Resolution that the broadcast carried, as a share of the picture's. */
  readonly detail: number
  /** Pixels per digit height. */
  readonly scale: number
  readonly shift: readonly [x: number, y: number]
  /** From picture to jersey: u = xx·x + xy·y, v = yx·x + yy·y, both over 1 + px·x + py·y (digit heights). */
  readonly pose: { xx: number; xy: number; yx: number; yy: number; px: number; py: number; turn: number }
  readonly folds: readonly Fold[]
  readonly blur: number
  readonly motion: readonly [x: number, y: number]
  readonly sharpen: number
  readonly colorBleed: number
  /** Shift of every second line in pixels: two half-frames of a moving player. */
  readonly interlace: number
  readonly gains: readonly [red: number, green: number, blue: number]
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
  readonly noise: number
  /** How far the contrast is evened out, 0…1. */
  readonly equalize: number
}

/** Colour casts of arena light as cameras see it: warm, pink, violet, cyan, none. */
const CASTS = [
  { weight: 4, gains: [1.06, 0.82, 0.88] },
  { weight: 4, gains: [0.9, 0.79, 1.06] },
  { weight: 2, gains: [1.02, 0.94, 0.8] },
  { weight: 1, gains: [0.72, 0.93, 1] },
  { weight: 2, gains: [1, 0.99, 0.98] },
] as const

/** Limits of the real crops at 64 pixels: width 17…63, height 23…64. */
const NARROWEST = 17 / 64
const LOWEST = 23 / 64

/** Chooses pose and camera for one picture whose longer side is at most `imageSize` pixels. */
export function chooseCapture(random: Random, drawn: DrawnJersey, imageSize: number): Capture {
  const tilt = random.normal() * (random.chance(0.25) ? 0.3 : 0.1)
  const squash = 1 - Math.min(0.5, Math.abs(random.normal()) * (random.chance(0.3) ? 0.3 : 0.13))
  const shear = random.normal() * 0.1
  const cos = Math.cos(tilt)
  const sin = Math.sin(tilt)
  // Picture → jersey: undo the tilt, then the shear, then the turn away from the camera.
  const pose = {
    xx: (cos - shear * sin) / squash,
    xy: (sin + shear * cos) / squash,
    yx: -sin,
    yy: cos,
    px: random.normal() * 0.05,
    py: random.normal() * 0.05,
    turn: random.normal() * 0.07 * (1.3 - squash),
  }
  const numberWidth = drawn.numberWidth * squash
  const boxWidth = numberWidth * Math.abs(cos) + Math.abs(sin) + Math.abs(shear)
  const boxHeight = numberWidth * Math.abs(sin) + Math.abs(cos)
  const across = boxWidth + 2 * random.between(0.12, 0.32)
  const down = boxHeight + 2 * random.between(0.26, 0.5)
  const unit = imageSize / 64
  const wanted = 21.5 * Math.exp(random.normal() * 0.15) * unit
  const scale = Math.min(wanted, imageSize / Math.max(across, down))
  const width = clamp(Math.round(across * scale), Math.ceil(NARROWEST * imageSize), imageSize)
  const height = clamp(Math.round(down * scale), Math.ceil(LOWEST * imageSize), imageSize)
  const speed = random.chance(0.35) ? Math.abs(random.normal()) * 1.6 * unit : 0
  const heading = random.normal() * 0.6
  const cast = random.weighted(CASTS).gains
  const castStrength = random.between(0.4, 1.2)
  const gain = (value: number) => 1 + (value - 1) * castStrength + random.normal() * 0.02
  return {
    width,
    height,
    detail: random.between(0.6, 0.95),
    scale,
    shift: [random.normal() * 0.05, random.normal() * 0.05],
    pose,
    folds: Array.from({ length: 2 + Math.floor(random.unit() * 4) }, () => chooseFold(random)),
    blur: (0.45 + 0.75 * random.unit() ** 1.5) * (random.chance(0.08) ? 1.4 : 1) * unit,
    motion: [speed * Math.cos(heading), speed * Math.sin(heading)],
    sharpen: random.between(0.4, 1.9),
    colorBleed: random.between(0.8, 2.2) * unit,
    interlace: random.chance(0.015) ? random.normal() * 0.7 * unit : 0,
    gains: [gain(cast[0]), gain(cast[1]), gain(cast[2])],
    brightness: random.normal() * 10,
    contrast: random.between(0.9, 1.25),
    saturation: random.between(0.9, 1.3),
    noise: random.between(0.4, 2.2),
    equalize: random.between(0.5, 0.95),
  }
}

function chooseFold(random: Random): Fold {
  const angle = random.normal() * 0.7 + (random.chance(0.5) ? 0 : Math.PI / 3)
  return {
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    offset: random.between(-1, 1),
    width: random.between(0.06, 0.25),
    light: random.between(0.03, 0.2) * (random.chance(0.5) ? 1 : -1),
    pull: random.normal() * 0.035,
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
