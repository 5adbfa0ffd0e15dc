const grouped = new Intl.NumberFormat('en', { useGrouping: true, maximumFractionDigits: 0 })

/** 12,345. */
export function countText(value: number): string {
  return grouped.format(value)
}

/** A share of 1 as `93.4 %`; whole from 99.95 % on and for 0. */
export function percentText(share: number, digits = 1): string {
  const percent = share * 100
  if (percent === 0 || percent === 100) return `${percent} %`
  return `${percent.toFixed(digits)} %`
}

/** Three significant digits; very small and very large numbers with an exponent (5e-4). */
export function shortNumber(value: number): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  const magnitude = Math.abs(value)
  if (magnitude >= 1e6 || magnitude < 1e-3) {
    const [digits = '', exponent = ''] = value.toExponential(2).split('e')
    return `${Number(digits)}e${Number(exponent)}`
  }
  if (magnitude >= 1000) return countText(value)
  return String(Number(value.toPrecision(3)))
}

/** 12 → `12`, 12,345 → `12k`: at most four characters, for cells of a matrix. */
export function tinyCount(value: number): string {
  if (value < 1000) return String(value)
  if (value < 1e6) return `${value < 9950 ? (value / 1000).toFixed(1) : Math.round(value / 1000)}k`
  return `${value < 9.95e6 ? (value / 1e6).toFixed(1) : Math.round(value / 1e6)}M`
}

/** How the marks of one axis are written: all with as many decimals as the finest of them needs, so that they line up. */
export function axisText(ticks: readonly number[]): (value: number) => string {
  const largest = Math.max(0, ...ticks.map(Math.abs))
  if (largest >= 1000 || largest < 1e-3) return shortNumber
  const decimals = Math.max(0, ...ticks.map((tick) => (String(tick).split('.')[1] ?? '').length))
  return decimals > 5 ? shortNumber : (value) => (value === 0 ? '0' : value.toFixed(decimals))
}

/** A loss with three decimals, so that the ends of an interval line up with its value. */
export function lossText(value: number): string {
  return Number.isFinite(value) && Math.abs(value) < 1000 ? value.toFixed(3) : shortNumber(value)
}
