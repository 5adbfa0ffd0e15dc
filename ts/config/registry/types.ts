import * as v from 'valibot'
import { bool } from '../schema/field.ts'
import { dtype, inplace, triple } from './arguments.ts'
import { torchvision } from './transform-target.ts'

export const types = [
  torchvision(
    'normalize',
    'Normalize',
    v.pipe(
      v.object({
        mean: triple('Mean of each channel, on the 0–1 scale.'),
        std: triple('Standard deviation of each channel.', { above: 0 }),
        inplace: inplace(),
      }),
      v.transform(({ inplace: _, ...rest }) => rest),
    ),
  ),
  torchvision('to_image', 'ToImage', v.object({})),
  torchvision('pil_to_tensor', 'PILToTensor', v.object({})),
  torchvision('to_tensor', 'ToTensor', v.object({})),
  torchvision(
    'to_dtype',
    'ToDtype',
    v.object({
      dtype: dtype('The type of the result.'),
      scale: v.optional(bool('Map 0–255 to 0–1.'), false),
    }),
  ),
  torchvision(
    'convert_image_dtype',
    'ConvertImageDtype',
    v.object({ dtype: v.optional(dtype('The type of the result.'), 'float32') }),
  ),
  torchvision('to_pure_tensor', 'ToPureTensor', v.object({})),
] as const
