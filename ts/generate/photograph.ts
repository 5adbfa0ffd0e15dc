import type { Capture } from './capture.ts'
import { blurPlane, type Plane, resizePlane } from './plane.ts'
import type { Random } from './random.ts'

/** A square RGBA picture of a jersey seen straight on, the number in its middle. */
export interface Texture {
  readonly pixels: Uint8ClampedArray
  readonly size: number
  /** Pixels per digit height. */
  readonly unit: number
}

/** Samples per side of a pixel of the broadcast picture. */
const SAMPLES = 3

/** Largest slope of the curve that evens out contrast, so that flat cloth does not turn into noise. */
const STEEPEST = 6

/** Takes the picture: RGBA, `capture.width` × `capture.height`, opaque. */
export function photograph(texture: Texture, capture: Capture, random: Random): Uint8ClampedArray {
  const [red, green, blue] = project(texture, capture)
  grade(red, green, blue, capture)
  const [luma, blueness, redness] = toYcc(red, green, blue)
  transmit(luma, blueness, redness, capture, random)
  const planes = [luma, blueness, redness].map((plane) => resizePlane(plane, capture.width, capture.height))
  const [y, cb, cr] = planes as [Plane, Plane, Plane]
  equalize(y, cb, cr, capture.equalize)
  return toRgba(y, cb, cr)
}

/** Sees the cloth from the camera's place, at the broadcast's resolution. */
function project(texture: Texture, capture: Capture): [Plane, Plane, Plane] {
  const width = Math.max(8, Math.round(capture.width * capture.detail))
  const height = Math.max(8, Math.round(capture.height * capture.detail))
  const planes = [0, 1, 2].map(() => ({ width, height, values: new Float32Array(width * height) }))
  const [red, green, blue] = planes as [Plane, Plane, Plane]
  const { pixels, size, unit } = texture
  const { pose } = capture
  const step = capture.width / width / capture.scale
  const stepDown = capture.height / height / capture.scale
  const motionX = capture.motion[0] / capture.scale
  const motionY = capture.motion[1] / capture.scale
  for (let row = 0; row < height; row += 1) {
    const comb = row % 2 === 1 ? capture.interlace / capture.scale : 0
    for (let column = 0; column < width; column += 1) {
      const x = (column + 0.5 - width / 2) * step + comb
      const y = (row + 0.5 - height / 2) * stepDown
      let light = 1
      let pull = 0
      for (const fold of capture.folds) {
        const distance = (x * fold.cos + y * fold.sin - fold.offset) / fold.width
        if (distance > 3 || distance < -3) continue
        const bump = Math.exp(-distance * distance)
        light += fold.light * distance * bump * 2.3
        pull += fold.pull * bump
      }
      let r = 0
      let g = 0
      let b = 0
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
        const along = (sample + 0.5) / (SAMPLES * SAMPLES) - 0.5
        const sx = x + (((sample % SAMPLES) + 0.5) / SAMPLES - 0.5) * step + along * motionX
        const sy = y + ((Math.floor(sample / SAMPLES) + 0.5) / SAMPLES - 0.5) * stepDown + along * motionY
        const depth = 1 + pose.px * sx + pose.py * sy
        const flatU = (pose.xx * sx + pose.xy * sy) / depth
        const u = flatU + pose.turn * flatU * flatU + capture.shift[0] + pull
        const v = (pose.yx * sx + pose.yy * sy) / depth + capture.shift[1] + pull * 0.5
        const at = 4 * (texel(v, unit, size) * size + texel(u, unit, size))
        r += pixels[at] as number
        g += pixels[at + 1] as number
        b += pixels[at + 2] as number
      }
      const weight = light / (SAMPLES * SAMPLES)
      const at = row * width + column
      red.values[at] = r * weight
      green.values[at] = g * weight
      blue.values[at] = b * weight
    }
  }
  return [red, green, blue]
}

function texel(position: number, unit: number, size: number): number {
  const at = Math.floor(position * unit + size / 2)
  return at < 0 ? 0 : at >= size ? size - 1 : at
}

/** Colour cast, brightness, contrast around the middle, saturation. */
function grade(red: Plane, green: Plane, blue: Plane, capture: Capture): void {
  const { gains, brightness, contrast, saturation } = capture
  for (let at = 0; at < red.values.length; at += 1) {
    const r = ((red.values[at] as number) * gains[0] - 128) * contrast + 128 + brightness
    const g = ((green.values[at] as number) * gains[1] - 128) * contrast + 128 + brightness
    const b = ((blue.values[at] as number) * gains[2] - 128) * contrast + 128 + brightness
    const grey = 0.299 * r + 0.587 * g + 0.114 * b
    red.values[at] = grey + (r - grey) * saturation
    green.values[at] = grey + (g - grey) * saturation
    blue.values[at] = grey + (b - grey) * saturation
  }
}

/** Lens blur, the broadcaster's edge enhancement, coarse colour, noise. Changes the planes. */
function transmit(luma: Plane, blueness: Plane, redness: Plane, capture: Capture, random: Random): void {
  const scale = luma.width / capture.width
  const blur = capture.blur * scale
  blurPlane(luma, blur, blur)
  const soft = { ...luma, values: luma.values.slice() }
  blurPlane(soft, 1.1 * scale, 1.1 * scale)
  for (let at = 0; at < luma.values.length; at += 1) {
    const value = luma.values[at] as number
    luma.values[at] =
      value + capture.sharpen * (value - (soft.values[at] as number)) + random.normal() * capture.noise
  }
  for (const plane of [blueness, redness]) {
    blurPlane(
      plane,
      Math.max(blur, capture.colorBleed * scale),
      Math.max(blur, 0.6 * capture.colorBleed * scale),
    )
    for (let at = 0; at < plane.values.length; at += 1) {
      plane.values[at] = (plane.values[at] as number) + random.normal() * capture.noise * 0.4
    }
  }
}

function toYcc(red: Plane, green: Plane, blue: Plane): [Plane, Plane, Plane] {
  for (let at = 0; at < red.values.length; at += 1) {
    const r = clampByte(red.values[at] as number)
    const g = clampByte(green.values[at] as number)
    const b = clampByte(blue.values[at] as number)
    const y = 0.299 * r + 0.587 * g + 0.114 * b
    red.values[at] = y
    green.values[at] = (b - y) * 0.564
    blue.values[at] = (r - y) * 0.713
  }
  return [red, green, blue]
}

function toRgba(luma: Plane, blueness: Plane, redness: Plane): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(4 * luma.values.length)
  for (let at = 0; at < luma.values.length; at += 1) {
    const y = luma.values[at] as number
    const cb = blueness.values[at] as number
    const cr = redness.values[at] as number
    pixels[4 * at] = y + 1.402 * cr
    pixels[4 * at + 1] = y - 0.344 * cb - 0.714 * cr
    pixels[4 * at + 2] = y + 1.772 * cb
    pixels[4 * at + 3] = 255
  }
  return pixels
}

/**
 * The crops' contrast was evened out by machine: spreads the luma evenly over its range, `strength` of the way from as
 * it is (0) to wholly even (1). Colourfulness follows with the root of the change.
 */
function equalize(luma: Plane, blueness: Plane, redness: Plane, strength: number): void {
  const counts = new Float64Array(256)
  for (const value of luma.values) {
    const level = Math.round(clampByte(value))
    counts[level] = (counts[level] as number) + 1
  }
  const limit = (STEEPEST * luma.values.length) / 256
  let kept = 0
  for (const count of counts) kept += Math.min(count, limit)
  const spread = (luma.values.length - kept) / 256
  const curve = new Float64Array(256)
  let below = 0
  for (let level = 0; level < 256; level += 1) {
    const here = Math.min(counts[level] as number, limit) + spread
    const even = (255 * (below + here / 2)) / luma.values.length
    curve[level] = level + strength * (even - level)
    below += here
  }
  for (let at = 0; at < luma.values.length; at += 1) {
    const level = Math.round(clampByte(luma.values[at] as number))
    const after = curve[level] as number
    const color = Math.min(1.6, Math.sqrt((after + 8) / (level + 8)))
    luma.values[at] = after
    blueness.values[at] = (blueness.values[at] as number) * color
    redness.values[at] = (redness.values[at] as number) * color
  }
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, value))
}
