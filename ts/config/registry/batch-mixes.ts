import * as v from 'valibot'
import { float, int } from '../schema/field.ts'
import { torchvision } from './transform-target.ts'

/** `num_classes` and `labels_getter` of torchvision mean nothing here: the data says how many classes there are. */
const options = () =>
  v.pipe(
    v.object({
      alpha: v.optional(float('Beta(α, α) of the mixing ratio.', { above: 0 }), 1),
      num_classes: v.optional(v.nullable(int('Taken from the data.', { min: 1 })), null),
    }),
    v.transform(({ alpha }) => ({ alpha })),
  )

export const batchMixes = [
  torchvision('mix_up', 'MixUp', options()),
  torchvision('cut_mix', 'CutMix', options()),
] as const
