import { samplesOf } from '../plan/epoch-length.ts'
import { earlyStoppingOf } from './early-stopping-of.ts'
import type { LintRule } from './lint-rule.ts'

/** A least improvement of accuracy that is less than a single image makes: it never holds anything back. */
export const minDelta: LintRule = {
  name: 'min-delta',
  check: ({ config, summary }) => {
    const stopping = earlyStoppingOf(config)
    const images = samplesOf(summary, 'val')
    if (stopping === undefined || images === 0 || !/^val\/acc_top\d/.test(stopping.monitor)) return undefined
    const oneImage = 1 / images
    if (stopping.min_delta <= 0 || stopping.min_delta >= oneImage) return undefined
    return {
      key: `${stopping.key}.min_delta`,
      message: `${stopping.min_delta} is less than one of the ${images} validation images (${oneImage.toPrecision(2)}): every change is an improvement`,
      hint: `min_delta: ${(oneImage * 1.5).toPrecision(2)} asks for two images; 0 says what happens now`,
    }
  },
}
