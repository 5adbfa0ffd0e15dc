import * as v from 'valibot'
import { float, int } from './field.ts'

/** The `mix` group: MixUp and CutMix of whole batches, with soft labels. */
export const mixSchema = v.object({
  mixup_alpha: v.optional(v.nullable(float('Beta(α, α) of MixUp; null is off.', { above: 0 })), null),
  cutmix_alpha: v.optional(v.nullable(float('Beta(α, α) of CutMix; null is off.', { above: 0 })), null),
  probability: v.optional(float('Probability that a batch is mixed at all.', { min: 0, max: 1 }), 1),
  off_epoch: v.optional(
    v.nullable(int('No mixing from this epoch on; null is never off.', { min: 0 })),
    null,
  ),
})
