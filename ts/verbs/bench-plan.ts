import type { Architecture, Plan, Precision, Transform } from '../native/spec.d.ts'

export interface BenchStep {
  readonly model: Architecture
  readonly imageSize: number
  readonly batchSize: number
  readonly precision: Precision
  readonly classes: number
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const

/** The step that is measured: AdamW, clipping to 1, EMA, smoothed cross-entropy; what a training does, without its data. */
export function stepPlan({ model, imageSize, batchSize, precision, classes }: BenchStep): Plan {
  const loader = {
    transforms: [{ kind: 'center_crop', size: [imageSize, imageSize] }, normalize()] as Transform[],
    batch_size: batchSize,
    num_workers: 0,
    prefetch_factor: 2,
    drop_last: true,
    sampler: { kind: 'sequential' },
    cache: { kind: 'off', budget_bytes: null },
    limit_batches: null,
  } as const
  return {
    seed: 0,
    model: {
      architecture: model,
      num_classes: classes,
      weights: null,
      dropout: 0,
      freeze: [],
      zero_init_residual: false,
    },
    machine: {
      device: { kind: 'auto' },
      precision,
      channels_last: true,
      threads: null,
      deterministic: false,
      benchmark: true,
      tf32: false,
      pin_memory: false,
      detect_anomaly: false,
    },
    train: {
      max_epochs: 1,
      loss: { kind: 'cross_entropy', label_smoothing: 0.1, class_weights: null },
      optimizer: {
        rule: { kind: 'adamw', beta1: 0.9, beta2: 0.999, eps: 1e-8 },
        learning_rate: 1e-4,
        weight_decay: 1e-4,
        no_decay_norm_bias: false,
        head_lr_multiplier: 1,
        sam: null,
      },
      schedule: {
        interval: 'epoch',
        warmup: 0,
        warmup_start_factor: 1,
        curve: { kind: 'constant' },
        total: 1,
      },
      ema: { decay: 0.999, warmup_steps: 0 },
      clip: { algorithm: 'norm', value: 1 },
      accumulate: 1,
      mix: null,
    },
    train_loader: loader,
    eval_loader: loader,
  }
}

/** The pipelines of ImageNet training and validation at `size`, as torchvision's references have them. */
export function loaderTransforms(pipeline: 'train' | 'val', size: number): Transform[] {
  const bilinear = { interpolation: 'bilinear', antialias: true } as const
  return pipeline === 'train'
    ? [
        {
          kind: 'random_resized_crop',
          size: [size, size],
          scale: [0.08, 1],
          ratio: [3 / 4, 4 / 3],
          ...bilinear,
        },
        { kind: 'random_horizontal_flip', p: 0.5 },
        normalize(),
      ]
    : [
        { kind: 'resize', size: [Math.floor((size * 256) / 224)], max_size: null, ...bilinear },
        { kind: 'center_crop', size: [size, size] },
        normalize(),
      ]
}

function normalize(): Transform {
  return { kind: 'normalize', mean: [...imagenet.mean], std: [...imagenet.std] }
}
