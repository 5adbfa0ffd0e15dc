/** A key that is not the same in all plans, and its value in each; `undefined` where it is absent. */
export interface DifferingKey {
  readonly key: string
  readonly values: readonly unknown[]
}

/** The keys in which plans differ, by dotted name; lists are compared as a whole. */
export function differingKeys(plans: readonly unknown[]): DifferingKey[] {
  const flat = plans.map((plan) => flatten(plan))
  const keys = [...new Set(flat.flatMap((plan) => [...plan.keys()]))].sort()
  return keys.flatMap((key) => {
    const values = flat.map((plan) => plan.get(key))
    const texts = new Set(values.map((value) => JSON.stringify(value) ?? 'undefined'))
    return texts.size > 1 ? [{ key, values }] : []
  })
}

function flatten(value: unknown, path = '', flat = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return flat.set(path, value)
  for (const [key, entry] of Object.entries(value)) flatten(entry, path === '' ? key : `${path}.${key}`, flat)
  return flat
}
