import { allSteps } from './all-steps.ts'
import { areDigits } from './class-names.ts'
import type { LintRule } from './lint-rule.ts'

/** Crops below this share of the area often cut a digit off. */
const least = 0.5

/** Random crops so small that a number of two digits becomes another of one. */
export const croppedDigits: LintRule = {
  name: 'cropped-digits',
  check: ({ plan, summary: { classes } }) => {
    if (!areDigits(classes)) return undefined
    for (const step of allSteps(plan.train_loader.transforms)) {
      if (step.kind !== 'random_resized_crop' || step.scale[0] >= least) continue
      return {
        key: 'transforms.train',
        message: `random_resized_crop keeps as little as ${percent(step.scale[0])} of the image: of '${longest(classes)}' a digit may be left`,
        hint: 'scale: [0.7, 1.0]',
      }
    }
    return undefined
  },
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
const longest = (names: readonly string[]): string =>
  names.reduce((best, name) => (name.length > best.length ? name : best), '')
