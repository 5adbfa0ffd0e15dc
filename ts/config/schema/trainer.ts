import * as v from 'valibot'
import { batchLimit } from './batch-limit.ts'
import { duration } from './duration.ts'
import { bool, choice, field, int, isInt, Refused, text, wholeFloat } from './field.ts'
import { Float } from './float.ts'
import { neutral } from './neutral.ts'
import { targetField } from './target-field.ts'

const precisions = {
  auto: 'auto',
  '32': '32',
  '32-true': '32',
  '16': '16-mixed',
  '16-mixed': '16-mixed',
  bf16: 'bf16-mixed',
  'bf16-mixed': 'bf16-mixed',
} as const
const foreignPrecisions = [
  '64',
  '64-true',
  '16-true',
  'bf16-true',
  'transformer-engine',
  'transformer-engine-float16',
]

const precision = field<(typeof precisions)[keyof typeof precisions]>(
  'Number format of the training step; auto takes the fastest that the machine does well.',
  {
    expected: 'auto, 16-mixed, bf16-mixed, 32 or 32-true',
    json: { enum: ['auto', '16-mixed', 'bf16-mixed', '32-true', '32', 'bf16', '16', 16, 32] },
    names: Object.keys(precisions),
    parse: (input) => {
      const name = String(input)
      if (foreignPrecisions.includes(name))
        return new Refused(`precision ${name} is not offered: use 16-mixed, bf16-mixed or 32`)
      if (typeof input !== 'string' && !isInt(input)) return undefined
      return Object.hasOwn(precisions, name) ? precisions[name as keyof typeof precisions] : undefined
    },
  },
)

/** Which devices: one of them, by index where there are several. */
export type Devices = { readonly kind: 'auto' } | { readonly kind: 'index'; readonly index: number }

const oneDevice =
  'training on several devices is out of scope here: use devices=1 (a sweep fills several, one run each)'

const devices = field<Devices>('auto, 1, or a list with the index of one GPU, such as [0].', {
  expected: 'auto, 1 or a list with one index ([0])',
  json: {
    anyOf: [{ enum: ['auto', 1, -1, '1'] }, { type: 'array', items: { type: 'integer' }, maxItems: 1 }],
  },
  parse: (input) => {
    if (input === 'auto' || input === null || input === -1 || input === '-1') return { kind: 'auto' }
    const list = typeof input === 'string' && /^\d+(,\d+)*,?$/.test(input) && input.includes(',')
    const indices = list ? input.split(',').filter(Boolean).map(Number) : input
    if (Array.isArray(indices)) {
      const [index] = indices
      if (indices.length > 1) return new Refused(oneDevice)
      return isInt(index) && index >= 0 ? { kind: 'index', index } : undefined
    }
    const count = typeof indices === 'string' && /^\d+$/.test(indices) ? Number(indices) : indices
    if (!isInt(count) || count < 1) return undefined
    return count === 1 ? { kind: 'auto' } : new Refused(oneDevice)
  },
})

/** How often validation runs within an epoch. */
export type ValidationInterval =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'batches'; readonly batches: number }

const valCheckInterval = field<ValidationInterval>(
  'Validate after this share of an epoch (a float) or this many batches (an integer).',
  {
    expected: 'a share of an epoch (a float above 0.0, up to 1.0) or a number of batches (an integer ≥ 1)',
    json: {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      ],
    },
    parse: (input) => {
      if (isInt(input)) return input >= 1 ? { kind: 'batches', batches: input } : undefined
      if (!(input instanceof Float)) return undefined
      return input.value > 0 && input.value <= 1 ? { kind: 'share', share: input.value } : undefined
    },
  },
)

const strategy = field<'auto'>('Only auto: one device.', {
  expected: 'auto',
  json: { enum: ['auto', 'single_device'] },
  parse: (input) => {
    if (input === 'auto' || input === 'single_device' || input === null) return 'auto'
    if (typeof input !== 'string') return undefined
    return new Refused(`strategy '${input}': ${oneDevice}`)
  },
})

const accelerator = field<'auto' | 'cpu' | 'cuda' | 'mps'>('Where to train.', {
  expected: 'auto, cpu, gpu, cuda or mps',
  json: { enum: ['auto', 'cpu', 'gpu', 'cuda', 'mps'] },
  names: ['auto', 'cpu', 'gpu', 'cuda', 'mps'],
  parse: (input) => {
    if (input === 'tpu' || input === 'hpu') return new Refused(`accelerator ${input} is out of scope`)
    if (input === 'gpu') return 'cuda'
    return (['auto', 'cpu', 'cuda', 'mps'] as const).find((name) => name === input)
  },
})

/** Lightning writes "endless" as -1. */
const endless = (description: string) =>
  field<number | 'endless' | null>(description, {
    expected: 'an integer ≥ 1, or -1 for no limit',
    json: { anyOf: [{ type: 'integer', minimum: 1 }, { enum: [-1, null] }] },
    parse: (input) => {
      if (input === null) return null
      if (input === -1) return 'endless'
      if (isInt(input)) return input >= 1 ? input : undefined
      return wholeFloat(input, { min: 1 })
    },
  })

const fastDevRun = field<number | null>('Run this many batches of everything (true: one) and stop.', {
  expected: 'true, false or a number of batches',
  json: { anyOf: [{ type: 'boolean' }, { type: 'integer', minimum: 0 }] },
  parse: (input) => {
    if (typeof input === 'boolean') return input ? 1 : null
    return isInt(input) && input >= 0 ? input || null : undefined
  },
})

const deterministic = field<boolean>('Only deterministic kernels on a GPU; a CPU always is.', {
  expected: 'true, false or warn',
  json: { enum: [true, false, 'warn', null] },
  parse: (input) => {
    if (input === null) return false
    if (input === 'warn') return true
    return typeof input === 'boolean' ? input : undefined
  },
})

const clipValue = field<number | null>('Clip gradients at this norm (or value); null or 0 is off.', {
  expected: 'a number ≥ 0 or null',
  json: { anyOf: [{ type: 'number', minimum: 0 }, { type: 'null' }] },
  parse: (input) => {
    if (input === null) return null
    const value = input instanceof Float ? input.value : input
    if (typeof value !== 'number' || !(value >= 0)) return undefined
    return value === 0 || value === Number.POSITIVE_INFINITY ? null : value
  },
})

/** The `trainer` group, with Lightning's names. */
export const trainerSchema = v.pipe(
  v.object({
    _target_: v.optional(targetField('The trainer.', { 'lightning.pytorch.Trainer': 'trainer' })),
    max_epochs: v.optional(endless('Train this many epochs; -1 never ends.'), null),
    min_epochs: v.optional(v.nullable(int('Early stopping waits for this many epochs.', { min: 0 })), null),
    max_steps: v.optional(endless('Stop after this many optimizer steps.'), null),
    min_steps: v.optional(v.nullable(int('Early stopping waits for this many steps.', { min: 0 })), null),
    max_time: v.optional(v.nullable(duration('Stop after this time.')), null),
    precision: v.optional(precision, '32'),
    accelerator: v.optional(accelerator, 'auto'),
    devices: v.optional(devices, 'auto'),
    strategy: v.optional(strategy, 'auto'),
    val_check_interval: v.optional(valCheckInterval, new Float(1)),
    check_val_every_n_epoch: v.optional(int('Validate every n-th epoch.', { min: 1 }), 1),
    log_every_n_steps: v.optional(int('Optimizer steps between two logged lines.', { min: 1 }), 50),
    num_sanity_val_steps: v.optional(
      int('Validation batches run before training, to fail early; -1 is all.', { min: -1 }),
      2,
    ),
    gradient_clip_val: v.optional(clipValue, 1),
    gradient_clip_algorithm: v.optional(
      v.nullable(choice('Clip the total norm, or each value.', ['norm', 'value'])),
      'norm',
    ),
    accumulate_grad_batches: v.optional(int('Batches per optimizer step.', { min: 1 }), 1),
    limit_train_batches: v.optional(batchLimit('Train on this many batches an epoch, or this share.'), null),
    limit_val_batches: v.optional(
      batchLimit('Validate on this many batches, or this share; 0 is none.'),
      null,
    ),
    limit_test_batches: v.optional(batchLimit('Test on this many batches, or this share; 0 is none.'), null),
    overfit_batches: v.optional(
      batchLimit('Train and validate on the same few batches, in order, to see that the model can learn.'),
      0,
    ),
    fast_dev_run: v.optional(fastDevRun, false),
    enable_checkpointing: v.optional(v.nullable(bool('Write checkpoints.')), true),
    enable_progress_bar: v.optional(v.nullable(bool('Show the progress bar.')), true),
    enable_model_summary: v.optional(v.nullable(bool('Print the model before training.')), true),
    deterministic: v.optional(deterministic, null),
    benchmark: v.optional(v.nullable(bool('Let cuDNN try kernels out; null: unless deterministic.')), null),
    detect_anomaly: v.optional(
      bool('Check every step and stop on the first value that is not finite.'),
      false,
    ),
    default_root_dir: v.optional(v.nullable(text('Not used: the run folder is hydra.run.dir.')), null),
    channels_last: v.optional(bool('Keep images and weights channels-last, which is faster.'), true),
    tf32: v.optional(bool('TF32 matrix products on CUDA.'), true),
    threads: v.optional(
      v.nullable(int('Threads of the training step; null shares the cores by itself.', { min: 1 })),
      null,
    ),
    logger: neutral('Loggers are the group `logging`.', null, [null, true, false]),
    callbacks: neutral('Callbacks are the group `callbacks`.', null, [null]),
    num_nodes: neutral('Machines; only one.', 1, [1]),
    sync_batchnorm: neutral('For several devices only.', false, [false]),
    use_distributed_sampler: neutral('For several devices only.', true, [true, false]),
    inference_mode: neutral('Evaluation never keeps gradients.', true, [true, false]),
    reload_dataloaders_every_n_epochs: neutral('Loaders are never built anew.', 0, [0]),
    barebones: neutral('Not offered.', false, [false]),
    profiler: neutral('Not offered; the run writes its own ledger of time.', null, [null]),
    plugins: neutral('Not offered.', null, [null]),
    limit_predict_batches: neutral('Prediction is a command of its own.', null, [null, 1]),
  }),
  v.forward(
    v.check(
      ({ max_epochs, max_steps, max_time }) =>
        max_epochs !== 'endless' || typeof max_steps === 'number' || max_time !== null,
      'the run would never end: give max_epochs, max_steps or max_time',
    ),
    ['max_epochs'],
  ),
  v.forward(
    v.check(
      ({ max_epochs, min_epochs }) => typeof max_epochs !== 'number' || (min_epochs ?? 0) <= max_epochs,
      'min_epochs exceeds max_epochs',
    ),
    ['min_epochs'],
  ),
)
