import type { SKRSContext2D } from '@napi-rs/canvas'
import { cssColor, type Rgb } from './jersey-colors.ts'
import type { Random } from './random.ts'

export const SKIN_TONES: readonly Rgb[] = [
  [58, 36, 28],
  [82, 50, 36],
  [104, 66, 46],
  [134, 88, 62],
  [176, 124, 94],
  [214, 164, 134],
  [232, 190, 164],
]

/** Court wood, boards and crowd. */
const FLOORS: readonly Rgb[] = [
  [206, 164, 112],
  [222, 188, 144],
  [178, 128, 82],
  [42, 36, 40],
  [26, 24, 32],
  [70, 58, 60],
  [28, 60, 150],
  [150, 30, 40],
  [20, 120, 70],
  [230, 228, 226],
  [120, 112, 118],
]

/** Fills the picture with what stands behind the player: floor, boards, people out of focus. */
export function drawBackground(context: SKRSContext2D, random: Random, size: number, unit: number): void {
  context.fillStyle = cssColor(random.pick(FLOORS))
  context.fillRect(0, 0, size, size)
  const patches = 3 + Math.floor(random.unit() * 6)
  for (let patch = 0; patch < patches; patch += 1) {
    context.fillStyle = cssColor(
      random.pick(random.chance(0.3) ? SKIN_TONES : FLOORS),
      random.between(0.4, 1),
    )
    const x = random.unit() * size
    const y = random.unit() * size
    const width = random.between(0.15, 1.2) * unit
    const height = random.between(0.15, 1.6) * unit
    context.beginPath()
    if (random.chance(0.5))
      context.ellipse(x, y, width / 2, height / 2, random.between(-0.6, 0.6), 0, 2 * Math.PI)
    else context.rect(x - width / 2, y - height / 2, width, height)
    context.fill()
  }
}

/** An arm that hangs at `x` pixels from the number's centre, leaning to `side` (-1 left, 1 right). */
export function drawLimb(
  context: SKRSContext2D,
  random: Random,
  skin: Rgb,
  x: number,
  side: number,
  unit: number,
): void {
  const width = random.between(0.3, 0.5) * unit
  const lean = side * random.between(-0.25, 0.9) * unit
  const from = x + side * width * random.between(0.3, 0.9)
  context.save()
  context.lineCap = 'round'
  for (const [share, shade] of [
    [1, 0.72],
    [0.6, 1],
    [0.25, 1.18],
  ] as const) {
    context.strokeStyle = cssColor(skin.map((value) => Math.min(255, value * shade)) as unknown as Rgb)
    context.lineWidth = width * share
    context.beginPath()
    context.moveTo(from, -1.5 * unit)
    context.quadraticCurveTo(from + lean * 0.2, 0, from + lean, 1.7 * unit)
    context.stroke()
  }
  context.restore()
}
