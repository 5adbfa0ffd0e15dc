import { allSteps } from './all-steps.ts'
import { areDigits, mirroredPair } from './class-names.ts'
import type { LintRule } from './lint-rule.ts'

/** A mirror that turns one class into another: digits, letters, left and right. */
export const mirroredClasses: LintRule = {
  name: 'mirrored-classes',
  check: ({ plan, summary: { classes } }) => {
    const flips = allSteps(plan.train_loader.transforms).filter(
      (step) =>
        (step.kind === 'random_horizontal_flip' || step.kind === 'random_vertical_flip') && step.p > 0,
    )
    const flip = flips.find(({ kind }) => kind === 'random_horizontal_flip') ?? flips[0]
    if (flip === undefined) return undefined
    const pair = flip.kind === 'random_horizontal_flip' ? mirroredPair(classes) : undefined
    if (!areDigits(classes) && pair === undefined) return undefined
    const why =
      pair === undefined
        ? `classes such as ${classes.slice(0, 3).join(', ')} do not survive a mirror`
        : `a mirror swaps ${pair[0]} and ${pair[1]}`
    return { key: 'transforms.train', message: `${flip.kind}: ${why}`, hint: 'leave the flip out' }
  },
}
