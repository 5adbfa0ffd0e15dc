/** Four significant digits at most, exponents where a plain number would be long; `–` for nothing. */
export function compact(value: number | undefined): string {
  if (value === undefined) return '–'
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude >= 1000) return Math.round(value).toLocaleString('en-US')
  if (magnitude < 1e-3) return value.toExponential(1)
  if (magnitude >= 100) return value.toFixed(0)
  return value.toPrecision(magnitude >= 1 ? 4 : 3)
}

/** A share as per cent with one decimal. */
export function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${(share * 100).toFixed(1)} %`
}

/** Seconds as `0:07`, `12:40` or `1:02:03`. */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** Bytes in binary units. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = count
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
