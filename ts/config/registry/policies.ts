import * as v from 'valibot'
import { bool, field, float, int, isInt } from '../schema/field.ts'
import { fill, interpolation, policy } from './arguments.ts'
import { torchvision } from './transform-target.ts'

const none = () => v.optional(fill(), null)
const bins = () => v.optional(int('Steps of the magnitude.', { min: 2 }), 31)

export const policies = [
  torchvision(
    'auto_augment',
    'AutoAugment',
    v.object({ policy: policy(), interpolation: interpolation('nearest'), fill: none() }),
  ),
  torchvision(
    'rand_augment',
    'RandAugment',
    v.pipe(
      v.object({
        num_ops: v.optional(int('Operations on each image.', { min: 0 }), 2),
        magnitude: v.optional(int('Strength of each.', { min: 0 }), 9),
        num_magnitude_bins: bins(),
        interpolation: interpolation('nearest'),
        fill: none(),
      }),
      v.check(
        (o) => o.magnitude < o.num_magnitude_bins,
        '`magnitude` must be less than `num_magnitude_bins`',
      ),
    ),
  ),
  torchvision(
    'trivial_augment_wide',
    'TrivialAugmentWide',
    v.object({ num_magnitude_bins: bins(), interpolation: interpolation('nearest'), fill: none() }),
  ),
  torchvision(
    'aug_mix',
    'AugMix',
    v.object({
      severity: v.optional(int('Strength.', { min: 1, max: 10 }), 3),
      mixture_width: v.optional(int('Chains that are mixed.', { min: 1 }), 3),
      chain_depth: v.optional(
        field<number>('Operations in a chain; -1 draws 1 … 3.', {
          expected: 'an integer ≥ 1, or -1',
          json: { type: 'integer', minimum: -1 },
          parse: (input) => (isInt(input) && (input === -1 || input >= 1) ? input : undefined),
        }),
        -1,
      ),
      alpha: v.optional(float('Of the Beta and Dirichlet distributions.', { above: 0 }), 1),
      all_ops: v.optional(bool('Also brightness, contrast, saturation and sharpness.'), true),
      interpolation: interpolation('bilinear'),
      fill: none(),
    }),
  ),
] as const
