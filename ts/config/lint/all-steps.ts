import type { Transform } from '../../native/spec.d.ts'

/** Every transform of a pipeline, those inside of containers too. */
export function allSteps(transforms: readonly Transform[]): Transform[] {
  return transforms.flatMap((step) => ('transforms' in step ? [step, ...allSteps(step.transforms)] : [step]))
}
