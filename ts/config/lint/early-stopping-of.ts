import * as v from 'valibot'
import type { Config } from '../schema/config.ts'

const schema = v.object({
  monitor: v.string(),
  patience: v.optional(v.number(), 3),
  min_delta: v.optional(v.number(), 0),
})

/** The first early-stopping callback of a configuration, with its key. */
export function earlyStoppingOf({ callbacks }: Config) {
  const found = callbacks.find(({ definition }) => definition.name === 'early_stopping')
  if (found === undefined) return undefined
  const options = v.safeParse(schema, found.options)
  return options.success ? { key: `callbacks.${found.key}`, ...options.output } : undefined
}
