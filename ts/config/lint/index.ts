import { ConfigError, type ConfigProblem } from '../../errors/index.ts'
import { withPlaces } from '../schema/places.ts'
import { cosineHorizon } from './cosine-horizon.ts'
import { croppedDigits } from './cropped-digits.ts'
import { cutPixels } from './cut-pixels.ts'
import { doubleBalance } from './double-balance.ts'
import { emaHalfLife } from './ema-half-life.ts'
import type { LintContext, LintRule } from './lint-rule.ts'
import { longWarmup } from './long-warmup.ts'
import { minDelta } from './min-delta.ts'
import { mirroredClasses } from './mirrored-classes.ts'

export type { LintContext, LintRule } from './lint-rule.ts'

/** All rules, in the order of their findings. */
export const lintRules: readonly LintRule[] = [
  emaHalfLife,
  cosineHorizon,
  longWarmup,
  doubleBalance,
  mirroredClasses,
  croppedDigits,
  minDelta,
  cutPixels,
]

/** What is doubtful about a recipe: warnings, a ConfigError under `lint: error`, nothing under `lint: off`. */
export function lintRecipe(context: LintContext): readonly ConfigProblem[] {
  const mode = context.config.lint
  if (mode === 'off') return []
  const found = lintRules.flatMap(({ name, check }) => {
    const doubt = check(context)
    return doubt === undefined ? [] : [{ ...doubt, message: `${doubt.message} (${name})` }]
  })
  const findings = withPlaces(context.config, found)
  if (mode === 'error' && findings.length > 0)
    throw new ConfigError(findings, {
      hint: 'these are doubts, not faults: lint=warn goes on, lint=off is silent',
    })
  return findings
}
