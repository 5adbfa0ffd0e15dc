import type { CacheSpec } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'

/** Whether and where prepared images are kept. */
export function resolveCache({ data }: Config): CacheSpec {
  const budget = data.cache_budget_mb
  return {
    kind: data.use_cache ? data.cache_type : 'off',
    budget_bytes: budget === null ? null : budget * 2 ** 20,
  }
}
