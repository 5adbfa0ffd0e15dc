/** One channel of a picture, rows from the top. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/** Gaussian blur in place; deviations in pixels, edges repeated. */
export function blurPlane(plane: Plane, sigmaX: number, sigmaY: number): void {
  blurLines(plane.values, plane.width, plane.height, 1, plane.width, sigmaX)
  blurLines(plane.values, plane.height, plane.width, plane.width, 1, sigmaY)
}

function blurLines(
  values: Float32Array,
  length: number,
  lines: number,
  stride: number,
  lineStride: number,
  sigma: number,
): void {
  if (sigma < 0.15) return
  const radius = Math.ceil(sigma * 2.5)
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, tap) =>
    Math.exp(-((tap - radius) ** 2) / (2 * sigma * sigma)),
  )
  const total = kernel.reduce((sum, weight) => sum + weight, 0)
  const line = new Float32Array(length + 2 * radius)
  for (let index = 0; index < lines; index += 1) {
    const start = index * lineStride
    for (let at = 0; at < line.length; at += 1) {
      const from = Math.min(length - 1, Math.max(0, at - radius))
      line[at] = values[start + from * stride] as number
    }
    for (let at = 0; at < length; at += 1) {
      let sum = 0
      for (let tap = 0; tap < kernel.length; tap += 1) {
        sum += (kernel[tap] as number) * (line[at + tap] as number)
      }
      values[start + at * stride] = sum / total
    }
  }
}

/** Bicubic (Catmull-Rom) enlargement to `width` × `height`, pixel centres aligned as in image resizers. */
export function resizePlane(plane: Plane, width: number, height: number): Plane {
  if (plane.width === width && plane.height === height) return plane
  const across = { width, height: plane.height, values: new Float32Array(width * plane.height) }
  resizeLines(plane.values, across.values, plane.width, width, plane.height, 1, plane.width, 1, width)
  const out = { width, height, values: new Float32Array(width * height) }
  resizeLines(across.values, out.values, plane.height, height, width, width, 1, width, 1)
  return out
}

function resizeLines(
  from: Float32Array,
  to: Float32Array,
  fromLength: number,
  toLength: number,
  lines: number,
  fromStride: number,
  fromLineStride: number,
  toStride: number,
  toLineStride: number,
): void {
  for (let at = 0; at < toLength; at += 1) {
    const position = ((at + 0.5) * fromLength) / toLength - 0.5
    const base = Math.floor(position)
    const t = position - base
    const weights = [
      ((-t + 2) * t - 1) * t * 0.5,
      ((3 * t - 5) * t * t + 2) * 0.5,
      ((-3 * t + 4) * t + 1) * t * 0.5,
      (t - 1) * t * t * 0.5,
    ] as const
    const offsets = [-1, 0, 1, 2].map(
      (tap) => Math.min(fromLength - 1, Math.max(0, base + tap)) * fromStride,
    ) as [number, number, number, number]
    for (let line = 0; line < lines; line += 1) {
      const start = line * fromLineStride
      to[at * toStride + line * toLineStride] =
        weights[0] * (from[start + offsets[0]] as number) +
        weights[1] * (from[start + offsets[1]] as number) +
        weights[2] * (from[start + offsets[2]] as number) +
        weights[3] * (from[start + offsets[3]] as number)
    }
  }
}
