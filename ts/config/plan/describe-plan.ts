import { stringify } from 'yaml'
import type { DatasetSpec, Plan } from '../../native/spec.d.ts'
import type { RunOptions } from './run-options.ts'

/** The resolved plan as YAML, for `--cfg plan`: what will run, every default said. */
export function describePlan(parts: {
  readonly plan: Plan
  readonly run: RunOptions
  readonly dataset?: DatasetSpec | undefined
}): string {
  const { plan, run, dataset } = parts
  return stringify(
    { ...(dataset === undefined ? {} : { dataset }), run, plan },
    { indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false },
  )
}
