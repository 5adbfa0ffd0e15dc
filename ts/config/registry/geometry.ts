import * as v from 'valibot'
import { bool, field, float, int, isInt } from '../schema/field.ts'
import {
  angles,
  antialias,
  fill,
  interpolation,
  interval,
  numberOrPair,
  padding,
  paddingMode,
  pair,
  probability,
  shear,
  size,
} from './arguments.ts'
import { torchvision } from './transform-target.ts'

const black = () => v.optional(fill(), 0)
const center = () =>
  v.optional(
    v.nullable(pair('Fixed point; null is the middle.', '[x, y] in pixels from the upper left')),
    null,
  )

/** `Resize` takes one side, both, or none (`max_size` alone). */
const resizeSize = field<number[]>('The shorter side, or [height, width].', {
  expected: 'an integer ≥ 1, [height, width] or null',
  json: {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, maxItems: 2 },
      { type: 'null' },
    ],
  },
  parse: (input) => {
    if (input === null) return []
    const sides = Array.isArray(input) ? input : [input]
    const usable = sides.every((side) => isInt(side) && side >= 1)
    return usable && sides.length >= 1 && sides.length <= 2 ? sides : undefined
  },
})

const maxSize = () => v.optional(v.nullable(int('Upper bound of the longer side.', { min: 1 })), null)

export const geometry = [
  torchvision(
    'resize',
    'Resize',
    v.pipe(
      v.object({
        size: resizeSize,
        interpolation: interpolation('bilinear'),
        max_size: maxSize(),
        antialias: antialias(),
      }),
      v.check(
        (o) => o.size.length > 0 || o.max_size !== null,
        '`max_size` must be given when `size` is null',
      ),
      v.check(
        (o) => o.size.length < 2 || o.max_size === null,
        '`max_size` goes with one side only, not with two',
      ),
      v.check(
        ({ size: [side, other], max_size }) =>
          side === undefined || other !== undefined || max_size === null || max_size > side,
        '`max_size` must be greater than `size`, which is the shorter side',
      ),
    ),
  ),
  torchvision('center_crop', 'CenterCrop', v.object({ size: size('Size of the crop.') })),
  torchvision(
    'random_crop',
    'RandomCrop',
    v.object({
      size: size('Size of the crop.'),
      padding: v.optional(v.nullable(padding('Border added before.')), null),
      pad_if_needed: v.optional(bool('Pad images that are too small.'), false),
      fill: black(),
      padding_mode: paddingMode(),
    }),
  ),
  torchvision(
    'random_resized_crop',
    'RandomResizedCrop',
    v.object({
      size: size('Size of the result.'),
      scale: v.optional(interval('Share of the area that is kept.', { above: 0 }), [0.08, 1]),
      ratio: v.optional(interval('Width over height of the crop.', { above: 0 }), [3 / 4, 4 / 3]),
      interpolation: interpolation('bilinear'),
      antialias: antialias(),
    }),
  ),
  torchvision(
    'pad',
    'Pad',
    v.object({ padding: padding('Width of the border.'), fill: black(), padding_mode: paddingMode() }),
  ),
  torchvision('random_horizontal_flip', 'RandomHorizontalFlip', v.object({ p: probability() })),
  torchvision('random_vertical_flip', 'RandomVerticalFlip', v.object({ p: probability() })),
  torchvision(
    'random_rotation',
    'RandomRotation',
    v.object({
      degrees: angles('Range of the angle.'),
      interpolation: interpolation('nearest'),
      expand: v.optional(bool('Grow the image so that nothing is cut.'), false),
      center: center(),
      fill: black(),
    }),
  ),
  torchvision(
    'random_affine',
    'RandomAffine',
    v.object({
      degrees: angles('Range of the angle; 0 does not rotate.'),
      translate: v.optional(
        v.nullable(
          pair('Largest shift.', '[share of the width, share of the height], each from 0 to 1', {
            min: 0,
            max: 1,
          }),
        ),
        null,
      ),
      scale: v.optional(v.nullable(interval('Range of the scale.', { above: 0 })), null),
      shear: v.optional(v.nullable(shear('Range of the shear angle.')), null),
      interpolation: interpolation('nearest'),
      fill: black(),
      center: center(),
    }),
  ),
  torchvision(
    'random_perspective',
    'RandomPerspective',
    v.object({
      distortion_scale: v.optional(float('Strength.', { min: 0, max: 1 }), 0.5),
      p: probability(),
      interpolation: interpolation('bilinear'),
      fill: black(),
    }),
  ),
  torchvision(
    'elastic_transform',
    'ElasticTransform',
    v.object({
      alpha: v.optional(numberOrPair('Strength of the displacement.'), 50),
      sigma: v.optional(numberOrPair('Smoothness of the displacement.'), 5),
      interpolation: interpolation('bilinear'),
      fill: black(),
    }),
  ),
  torchvision(
    'random_zoom_out',
    'RandomZoomOut',
    v.object({
      fill: black(),
      side_range: v.optional(interval('Size of the canvas, in sizes of the image.', { min: 1 }), [1, 4]),
      p: probability(),
    }),
  ),
  torchvision(
    'scale_jitter',
    'ScaleJitter',
    v.object({
      target_size: size('Size at scale 1.'),
      scale_range: v.optional(interval('Range of the scale.', { above: 0 }), [0.1, 2]),
      interpolation: interpolation('bilinear'),
      antialias: antialias(),
    }),
  ),
  torchvision(
    'random_shortest_size',
    'RandomShortestSize',
    v.object({
      min_size: field<number[]>('Shorter sides to choose from.', {
        expected: 'an integer ≥ 1 or a list of them',
        json: { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] },
        parse: (input) => {
          const sides = Array.isArray(input) ? input : [input]
          return sides.length > 0 && sides.every((side) => isInt(side) && side >= 1) ? sides : undefined
        },
      }),
      max_size: maxSize(),
      interpolation: interpolation('bilinear'),
      antialias: antialias(),
    }),
  ),
] as const
