import * as v from 'valibot'
import { bool, field, float, int, isInt } from '../schema/field.ts'
import { color as colorOf, inplace, interval, jitter, numberOrPair, probability, size } from './arguments.ts'
import { torchvision } from './transform-target.ts'

const factor = (what: string) =>
  v.optional(jitter(`Range of the ${what} factor, around 1.`, 1, { min: 0 }), null)

const quality = field<[number, number]>('JPEG quality, or the range of it.', {
  expected: 'an integer from 1 to 100 or [lowest, highest]',
  json: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 100 },
      { type: 'array', items: { type: 'integer', minimum: 1, maximum: 100 }, minItems: 2, maxItems: 2 },
    ],
  },
  parse: (input) => {
    const [low, high, ...rest] = Array.isArray(input) ? input : [input, input]
    if (!isInt(low) || !isInt(high) || rest.length > 0) return undefined
    return low >= 1 && low <= high && high <= 100 ? [low, high] : undefined
  },
})

const erased = field<[number, number, number] | null>("What is painted: a colour, or 'random' for noise.", {
  expected: "a number, [red, green, blue] or 'random'",
  json: { anyOf: [{ type: 'number' }, { type: 'array', items: { type: 'number' } }, { const: 'random' }] },
  names: ['random'],
  parse: (input) => (input === 'random' ? null : colorOf(input)),
})

export const color = [
  torchvision(
    'color_jitter',
    'ColorJitter',
    v.object({
      brightness: factor('brightness'),
      contrast: factor('contrast'),
      saturation: factor('saturation'),
      hue: v.optional(jitter('Range of the hue shift, in turns.', 0, { min: -0.5, max: 0.5 }), null),
    }),
  ),
  torchvision(
    'random_photometric_distort',
    'RandomPhotometricDistort',
    v.object({
      brightness: v.optional(interval('Range of the brightness factor.', { min: 0 }), [0.875, 1.125]),
      contrast: v.optional(interval('Range of the contrast factor.', { min: 0 }), [0.5, 1.5]),
      saturation: v.optional(interval('Range of the saturation factor.', { min: 0 }), [0.5, 1.5]),
      hue: v.optional(interval('Range of the hue shift.', { min: -0.5, max: 0.5 }), [-0.05, 0.05]),
      p: probability(),
    }),
  ),
  torchvision('random_channel_permutation', 'RandomChannelPermutation', v.object({})),
  torchvision(
    'grayscale',
    'Grayscale',
    v.object({ num_output_channels: v.optional(int('1 or 3.', { min: 1, max: 3 }), 1) }),
  ),
  torchvision('random_grayscale', 'RandomGrayscale', v.object({ p: probability(0.1) })),
  torchvision('rgb', 'RGB', v.object({})),
  torchvision(
    'gaussian_blur',
    'GaussianBlur',
    v.object({
      kernel_size: v.pipe(
        size('Side of the kernel, odd.'),
        v.check((sides) => sides.every((side) => side % 2 === 1), 'expected an odd kernel size'),
      ),
      sigma: v.optional(
        v.pipe(
          numberOrPair('Range of the standard deviation.'),
          v.check(([low, high]) => low > 0 && low <= high, 'expected a number > 0 or [lowest, highest]'),
        ),
        [0.1, 2],
      ),
    }),
  ),
  torchvision(
    'gaussian_noise',
    'GaussianNoise',
    v.object({
      mean: v.optional(float('Mean, on the 0–1 scale.'), 0),
      sigma: v.optional(float('Standard deviation, on the 0–1 scale.', { min: 0 }), 0.1),
      clip: v.optional(bool('Stay within the range of pixels.'), true),
    }),
  ),
  torchvision('random_invert', 'RandomInvert', v.object({ p: probability() })),
  torchvision(
    'random_posterize',
    'RandomPosterize',
    v.object({ bits: int('Bits that each channel keeps.', { min: 0, max: 8 }), p: probability() }),
  ),
  torchvision(
    'random_solarize',
    'RandomSolarize',
    v.object({ threshold: float('Values from here on are inverted, 0–255.'), p: probability() }),
  ),
  torchvision(
    'random_adjust_sharpness',
    'RandomAdjustSharpness',
    v.object({ sharpness_factor: float('0 blurs, 1 changes nothing.', { min: 0 }), p: probability() }),
  ),
  torchvision('random_autocontrast', 'RandomAutocontrast', v.object({ p: probability() })),
  torchvision('random_equalize', 'RandomEqualize', v.object({ p: probability() })),
  torchvision('jpeg', 'JPEG', v.object({ quality })),
  torchvision(
    'random_erasing',
    'RandomErasing',
    v.pipe(
      v.object({
        p: probability(),
        scale: v.optional(interval('Share of the area that is erased.', { min: 0, max: 1 }), [0.02, 0.33]),
        ratio: v.optional(interval('Width over height of the area.', { above: 0 }), [0.3, 3.3]),
        value: v.optional(erased, 0),
        inplace: inplace(),
      }),
      v.transform(({ inplace: _, ...rest }) => rest),
    ),
  ),
] as const
