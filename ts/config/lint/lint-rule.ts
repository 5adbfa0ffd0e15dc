import type { ConfigProblem } from '../../errors/index.ts'
import type { DatasetSummary, Plan } from '../../native/spec.d.ts'
import type { RunOptions } from '../plan/run-options.ts'
import type { Config } from '../schema/config.ts'

/** All that is known before the first epoch. */
export interface LintContext {
  readonly config: Config
  readonly plan: Plan
  readonly run: RunOptions
  readonly summary: DatasetSummary
  /** [width, height] of some of the images; square ones are assumed without. */
  readonly sizes?: readonly (readonly [width: number, height: number])[]
}

/** One way in which a recipe that is valid will probably disappoint. */
export interface LintRule {
  readonly name: string
  /** What is doubtful and why, with a way out; `undefined` when all is well. */
  readonly check: (context: LintContext) => ConfigProblem | undefined
}

/** Optimizer steps of the whole run. */
export const totalSteps = ({ run }: LintContext): number =>
  Math.min(run.maxEpochs * run.stepsPerEpoch, run.maxSteps ?? Number.POSITIVE_INFINITY)
