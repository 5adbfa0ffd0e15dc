import * as v from 'valibot'
import { bool, choice, field, int, list, text } from './field.ts'
import { type ClassWeights, classWeightsJson, parseClassWeights, samplerSchema } from './sampler.ts'
import { targetField } from './target-field.ts'

/** The `data` group: where images come from and how they are fed. */
export const dataSchema = v.object({
  _target_: v.optional(
    targetField('The data module; it reads JSONL splits and image folders alike.', {
      'classifier_training.data.datamodule.ImageFolderDataModule': 'image_folder',
    }),
  ),
  data_root: v.nullable(
    text('Folder with train/, valid/ (or val/) and test/; null trains on generated jersey numbers.'),
  ),
  format: v.optional(
    choice('How labels are stored; auto looks.', ['auto', 'jsonl', 'imagefolder', 'csv', 'webdataset']),
    'auto',
  ),
  batch_size: v.optional(int('Images of a batch.', { min: 1, max: 65536 }), 32),
  num_workers: v.optional(int('Decode threads; 0 decodes on the training thread.', { min: 0, max: 1024 }), 4),
  prefetch_factor: v.optional(
    v.nullable(int('Batches kept ready per worker; null is 2.', { min: 1, max: 64 })),
    null,
  ),
  pin_memory: v.optional(bool('Page-locked batches, for CUDA.'), true),
  persistent_workers: v.optional(bool('Workers live across epochs (they always do).'), true),
  image_size: v.optional(
    int('Side of the square that the model sees, in pixels, where the transforms do not say another.', {
      min: 8,
      max: 4096,
    }),
    224,
  ),
  use_cache: v.optional(bool('Keep decoded or prepared images between epochs.'), false),
  cache_type: v.optional(
    choice(
      'Where the cache lives: decoded pixels in memory or on disk (about five times the size of photographs as JPEG).',
      ['ram', 'disk', 'auto'],
    ),
    'ram',
  ),
  cache_budget_mb: v.optional(
    v.nullable(int('Upper bound of the cache in MiB; null chooses from what is free.', { min: 1 })),
    null,
  ),
  sampler: v.optional(samplerSchema, {}),
  class_weights: v.optional(
    field<'none' | 'balanced' | ClassWeights>('Class weights of the loss; balanced is N / (C · n).', {
      expected:
        'none, balanced, or weights ≥ 0 by class name ({name: weight, …}) or as a list in index order',
      json: { anyOf: [{ enum: ['none', 'balanced'] }, { type: 'null' }, ...classWeightsJson.anyOf] },
      names: ['none', 'balanced'],
      parse: (input) => {
        if (input === null || input === 'none') return 'none'
        return input === 'balanced' ? input : parseClassWeights(input)
      },
    }),
    'none',
  ),
  classes: v.optional(
    v.nullable(
      list('Class names in index order; null takes them from the train split, sorted by code point.', {
        expected: 'class names (quote numbers: "7")',
        json: { type: 'string' },
        parse: (input) => (typeof input === 'string' ? input : undefined),
      }),
    ),
    null,
  ),
  shuffle: v.optional(bool('Draw the train split in random order.'), true),
  drop_last: v.optional(bool('Leave out the last, smaller batch of an epoch.'), false),
  on_error: v.optional(
    choice('What a bad image of the train split does; validation and test always raise.', ['raise', 'skip']),
    'raise',
  ),
  exif_transpose: v.optional(bool("Apply the EXIF orientation (Pillow's default loader does not)."), false),
  split: v.optional(
    v.nullable(choice('The split that `evaluate` and `batches` read.', ['train', 'val', 'valid', 'test'])),
    null,
  ),
})
