/** The leaves of a configuration by dotted key; lists and empty maps are JSON text, null is `null`. */
export function flatParameters(config: unknown): Record<string, string | number | boolean> {
  const flat: Record<string, string | number | boolean> = {}
  const walk = (value: unknown, key: string): void => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    const entries = isMap ? Object.entries(value) : []
    if (entries.length > 0)
      for (const [name, inner] of entries) walk(inner, key === '' ? name : `${key}.${name}`)
    else if (key !== '') flat[key] = leaf(value)
  }
  walk(config, '')
  return flat
}

function leaf(value: unknown): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return JSON.stringify(value) ?? 'null'
}
