/** A red, green, blue triple, 0 … 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** A colour for every number in 0 … 1. */
export type ColorRamp = (value: number) => Rgb

/** From nearly white to deep blue: shares that are good when high. */
export const blueRamp: ColorRamp = ramp(['#f5f8fc', '#cbdff1', '#84b5de', '#2f7dbb', '#0d4a82'])

/** From nearly white to rust: shares that are bad when high. */
export const rustRamp: ColorRamp = ramp(['#fdf5ef', '#fbd5b8', '#f29c66', '#d4581d', '#8c2f07'])

/** From black over purple and orange to pale yellow: heat over a picture, in even steps of lightness. */
export const heatRamp: ColorRamp = ramp([
  '#000004',
  '#330a5f',
  '#781c6d',
  '#bb3754',
  '#ed6925',
  '#fcb519',
  '#fcffa4',
])

/** `rgb(r g b)` for a canvas. */
export function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)})`
}

/** Relative luminance of sRGB, 0 … 1 (WCAG 2.1). */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (channel: number): number => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** Linear between evenly spaced stops. Values outside of 0 … 1 take the ends. */
function ramp(stops: readonly string[]): ColorRamp {
  const colors = stops.map(parseHex)
  return (value) => {
    const place = Math.min(1, Math.max(0, value)) * (colors.length - 1)
    const index = Math.min(colors.length - 2, Math.floor(place))
    const low = colors[index] ?? [0, 0, 0]
    const high = colors[index + 1] ?? low
    const part = place - index
    return [
      low[0] + (high[0] - low[0]) * part,
      low[1] + (high[1] - low[1]) * part,
      low[2] + (high[2] - low[2]) * part,
    ]
  }
}

function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
