/** One key in which two plans differ. */
export interface PlanDifference {
  readonly key: string
  readonly before: unknown
  readonly now: unknown
}

/** Keys that change nothing in the numbers: how the work is divided, not what is computed. */
const harmless = [
  'train_loader.num_workers',
  'train_loader.prefetch_factor',
  'train_loader.cache.kind',
  'train_loader.cache.budget_bytes',
  'eval_loader.num_workers',
  'eval_loader.prefetch_factor',
  'eval_loader.cache.kind',
  'eval_loader.cache.budget_bytes',
  'eval_loader.limit_batches',
  'machine.pin_memory',
  'machine.detect_anomaly',
]

/**
 * The keys in which a plan that wants to go on differs from the one that was begun, harmless ones left out. `train.max_epochs`
 * and the schedule's length may grow where the learning rate does not depend on them.
 */
export function planDifferences(before: unknown, now: unknown): PlanDifference[] {
  const openEnded = endless(before) && endless(now)
  const ignored = new Set(openEnded ? [...harmless, 'train.max_epochs', 'train.schedule.total'] : harmless)
  const old = new Map(leaves(before, ''))
  const fresh = new Map(leaves(now, ''))
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((key) => !ignored.has(key) && JSON.stringify(old.get(key)) !== JSON.stringify(fresh.get(key)))
    .map((key) => ({ key, before: old.get(key), now: fresh.get(key) }))
}

/** Whether the schedule is the same however long the run is. */
function endless(plan: unknown): boolean {
  const kind = new Map(leaves(plan, '')).get('train.schedule.curve.kind')
  return kind === 'constant' || kind === 'step' || kind === 'multistep'
}

function leaves(value: unknown, path: string): [string, unknown][] {
  if (value === null || typeof value !== 'object') return [[path, value]]
  const entries = Object.entries(value)
  if (entries.length === 0) return [[path, value]]
  return entries.flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`))
}
