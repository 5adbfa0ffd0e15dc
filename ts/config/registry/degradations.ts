import * as v from 'valibot'
import { bool, float, int, type Range } from '../schema/field.ts'
import { probability, triple } from './arguments.ts'
import { broadcast } from './transform-target.ts'

const number = (description: string, initial: number, range: Range) =>
  v.optional(float(description, range), initial)
const quality = (description: string, initial: number) =>
  v.optional(int(description, { min: 1, max: 100 }), initial)

const share: Range = { above: 0, max: 1 }

/** The user's broadcast degradations. */
export const degradations = [
  broadcast(
    'random_jpeg_compression',
    'RandomJPEGCompression',
    v.pipe(
      v.object({
        quality_min: quality('Lowest quality.', 20),
        quality_max: quality('Highest quality.', 75),
        p: probability(),
      }),
      v.check((o) => o.quality_min <= o.quality_max, '`quality_min` must not exceed `quality_max`'),
    ),
  ),
  broadcast(
    'random_pixelate',
    'RandomPixelate',
    v.pipe(
      v.object({
        scale_min: number('Smallest scale.', 0.25, share),
        scale_max: number('Largest scale.', 0.75, share),
        p: probability(0.3),
      }),
      v.check((o) => o.scale_min <= o.scale_max, '`scale_min` must not exceed `scale_max`'),
    ),
  ),
  broadcast(
    'random_bilinear_downscale',
    'RandomBilinearDownscale',
    v.pipe(
      v.object({
        scale_min: number('Smallest scale.', 0.3, share),
        scale_max: number('Largest scale.', 0.75, share),
        p: probability(0.3),
      }),
      v.check((o) => o.scale_min <= o.scale_max, '`scale_min` must not exceed `scale_max`'),
    ),
  ),
  broadcast(
    'random_gaussian_noise',
    'RandomGaussianNoise',
    v.pipe(
      v.object({
        sigma_min: number('Smallest standard deviation, 0–255.', 5, { min: 0 }),
        sigma_max: number('Largest standard deviation, 0–255.', 25, { min: 0 }),
        p: probability(0.3),
      }),
      v.check((o) => o.sigma_min <= o.sigma_max, '`sigma_min` must not exceed `sigma_max`'),
    ),
  ),
  broadcast(
    'broadcast_zoom_out',
    'RandomZoomOut',
    v.pipe(
      v.object({
        min_scale: number('Smallest canvas, in sizes of the image.', 1, { min: 1 }),
        max_scale: number('Largest canvas.', 1.5, { min: 1 }),
        fill_color: v.optional(triple('Colour of the canvas.', { min: 0, max: 255 }), [124, 116, 104]),
        p: probability(0.3),
      }),
      v.check((o) => o.min_scale <= o.max_scale, '`min_scale` must not exceed `max_scale`'),
    ),
  ),
  broadcast(
    'broadcast_zoom_in',
    'RandomZoomIn',
    v.pipe(
      v.object({
        min_scale: number('Smallest crop, as a share of the side.', 0.7, share),
        max_scale: number('Largest crop.', 1, share),
        p: probability(0.3),
      }),
      v.check((o) => o.min_scale <= o.max_scale, '`min_scale` must not exceed `max_scale`'),
    ),
  ),
  broadcast(
    'to_float32_tensor',
    'ToFloat32Tensor',
    v.object({ scale: v.optional(bool('Map 0–255 to 0–1.'), true) }),
  ),
] as const
