/** A number as JSON text; W&B's dialect has NaN and the infinities as words. */
export function jsonNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? JSON.stringify(value) : value > 0 ? 'Infinity' : '-Infinity'
}

/** A media value (an image, a table) rather than a metric. */
export function isMedia(json: string): boolean {
  return json.startsWith('{"_type":')
}
