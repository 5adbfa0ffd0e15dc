import { createLogger, type LogRecord } from '../../ts/logging/logger.ts'
import type { Dataset, Evaluation, Picture } from '../../ts/native/engine.ts'
import type { DatasetSummary, OpenReport, Plan, Split, TrainReport } from '../../ts/native/spec.d.ts'
import type { EpochEvent, RunContext, Scalars, SpanEvent, ValidationEvent } from '../../ts/train/callback.ts'
import { History } from '../../ts/train/history.ts'

/** A small run without an engine: what callbacks see of one. Parts may be replaced. */
export interface RunOptions {
  readonly directory?: string
  readonly classes?: readonly string[]
  readonly samples?: number
  readonly plan?: Partial<Plan>
  readonly train?: Partial<Plan['train']>
  readonly model?: Partial<OpenReport>
  readonly history?: History
  readonly picture?: (split: Split, sample: number) => Promise<Picture>
}

export interface TestRun {
  readonly context: RunContext
  readonly lines: LogRecord[]
}

export function testRun(options: RunOptions = {}): TestRun {
  const classes = options.classes ?? ['cat', 'dog', 'owl']
  const samples = options.samples ?? 12
  const perClass = classes.map((_, index) =>
    Math.floor((samples + classes.length - 1 - index) / classes.length),
  )
  const split = (name: Split) => ({
    split: name,
    folder: name === 'val' ? 'valid' : name,
    samples,
    images: samples,
    per_class: perClass,
    empty_labels: 0,
    unknown_labels: 0,
    unknown: [],
    duplicates: 0,
  })
  const summary: DatasetSummary = {
    root: '/data',
    format: 'imagefolder',
    classes: [...classes],
    splits: [split('train'), split('val')],
    fingerprint: 'f'.repeat(64),
    warnings: [],
  }
  const dataset: Dataset = {
    summary,
    metadata: (_, rows) => rows.map(() => null),
    paths: (name, rows) => rows.map((row) => `/data/${name}/${row}.jpg`),
    labels: () => Uint32Array.from({ length: samples }, (_, row) => row % classes.length),
    picture: options.picture ?? ((_, sample) => Promise.resolve(flatPicture(32, 24, sample))),
  }
  const lines: LogRecord[] = []
  const model: OpenReport = {
    device: 'cpu',
    precision: '32',
    channels_last: false,
    parameters: [],
    train_batches: 4,
    steps_per_epoch: 4,
    val_batches: 2,
    test_batches: 0,
    input_hw: [224, 224],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    notes: [],
    ...options.model,
  }
  const context: RunContext = {
    directory: options.directory ?? '/tmp/no-such-run',
    plan: { ...testPlan(classes.length, options.train), ...options.plan },
    dataset,
    summary,
    classes,
    model,
    history: options.history ?? new History(),
    logger: createLogger('test', 'trace', [(line) => lines.push(line)]),
    resumedEpoch: 0,
  }
  return { context, lines }
}

function testPlan(numClasses: number, train: Partial<Plan['train']> = {}): Plan {
  const loader: Plan['train_loader'] = {
    transforms: [],
    batch_size: 4,
    num_workers: 0,
    prefetch_factor: 2,
    drop_last: false,
    sampler: { kind: 'shuffle' },
    cache: { kind: 'off', budget_bytes: null },
    limit_batches: null,
  }
  return {
    seed: 42,
    model: {
      architecture: 'resnet18',
      num_classes: numClasses,
      weights: null,
      dropout: 0,
      freeze: [],
      zero_init_residual: false,
    },
    machine: {
      device: { kind: 'cpu' },
      precision: '32',
      channels_last: false,
      threads: null,
      deterministic: true,
      benchmark: false,
      tf32: false,
      pin_memory: false,
      detect_anomaly: false,
    },
    train: {
      max_epochs: 10,
      loss: { kind: 'cross_entropy', label_smoothing: 0, class_weights: null },
      optimizer: {
        rule: { kind: 'adamw', beta1: 0.9, beta2: 0.999, eps: 1e-8 },
        learning_rate: 1e-3,
        weight_decay: 1e-2,
        no_decay_norm_bias: false,
        head_lr_multiplier: 1,
        sam: null,
      },
      schedule: {
        interval: 'epoch',
        warmup: 0,
        warmup_start_factor: 0.001,
        curve: { kind: 'constant' },
        total: 10,
      },
      ema: null,
      clip: null,
      accumulate: 1,
      mix: null,
      ...train,
    },
    train_loader: loader,
    eval_loader: { ...loader, sampler: { kind: 'sequential' } },
  }
}

/** One colour, another one for each sample. */
export function flatPicture(width: number, height: number, sample: number): Picture {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < rgb.length; i += 3) rgb.set([(sample * 37) % 256, (sample * 91) % 256, 128], i)
  return { width, height, rgb }
}

/** The report of a span of `steps` optimizer steps that ends at `step`. */
export function trainReport(
  epoch: number,
  step: number,
  steps: number,
  changes: Partial<TrainReport> = {},
): TrainReport {
  const sums = { images: steps * 4, loss_sum: steps * 4, correct_top1: steps * 2, steps, skipped_steps: 0 }
  const done = changes.epoch_done ?? false
  return {
    position: { epoch: done ? epoch + 1 : epoch, batch: done ? 0 : 1, step },
    epoch,
    epoch_done: done,
    stopped: false,
    span: sums,
    epoch_so_far: sums,
    last: { loss: 1, acc_top1: 0.5, learning_rate: 1e-3, grad_norm: null, ema_decay: null, loss_scale: null },
    drawn_per_class: [4, 4, 4],
    skipped_images: [],
    ledger: {
      wait_data_s: 1,
      step_s: 3,
      validation_s: 0,
      checkpoint_s: 0,
      checkpoint_write_s: 0,
      decode_cpu_s: 0,
      transform_cpu_s: 0,
      first_step_unix_ms: null,
    },
    ...changes,
  }
}

export function spanEvent(
  epoch: number,
  step: number,
  steps: number,
  changes: Partial<TrainReport> = {},
): SpanEvent {
  const report = trainReport(epoch, step, steps, changes)
  return { report, position: report.position, imagesPerSecond: 100 }
}

/** The end of an epoch of four steps. `evaluation: null` is an epoch without validation. */
export function epochEvent(
  epoch: number,
  scalars: Scalars,
  options: {
    readonly evaluation?: Evaluation | null
    readonly step?: number
    readonly train?: Partial<TrainReport>
  } = {},
): EpochEvent {
  const step = options.step ?? (epoch + 1) * 4
  const train = trainReport(epoch, step, 4, { epoch_done: true, ...options.train })
  return {
    epoch,
    position: train.position,
    scalars,
    train,
    evaluation:
      options.evaluation === null ? undefined : (options.evaluation ?? evaluation([[2, 0, 0]], [0])),
    willContinue: true,
  }
}

/** A validation within an epoch (`batch` > 0) or at its end. */
export function validationEvent(
  epoch: number,
  scalars: Scalars,
  changes: Partial<ValidationEvent> = {},
): ValidationEvent {
  return {
    epoch,
    position: { epoch: epoch + 1, batch: 0, step: (epoch + 1) * 4 },
    evaluation: evaluation([[2, 0, 0]], [0]),
    scalars,
    sanity: false,
    split: 'val',
    heatMaps: async ({ samples, targets }) => ({
      report: {
        layer: 'layer4',
        input_hw: [4, 6],
        map_hw: [2, 3],
        targets: [...(targets ?? samples.map(() => 0))],
      },
      images: new Uint8Array(samples.length * 72).fill(90),
      maps: Float32Array.from({ length: samples.length * 6 }, (_, cell) => cell % 6),
    }),
    ...changes,
  }
}

/** What one forward pass gave, from logits and labels; its report holds only what follows from them. */
export function evaluation(logits: readonly (readonly number[])[], labels: readonly number[]): Evaluation {
  const numClasses = logits[0]?.length ?? 0
  const confusion = new Uint32Array(numClasses * numClasses)
  let correct = 0
  for (const [row, label] of labels.entries()) {
    const scores = logits[row] ?? []
    const predicted = scores.indexOf(Math.max(...scores))
    const cell = label * numClasses + predicted
    confusion[cell] = (confusion[cell] ?? 0) + 1
    if (predicted === label) correct += 1
  }
  return {
    report: {
      split: 'val',
      weights: 'raw',
      images: labels.length,
      loss: 1,
      nll: 1,
      acc_top1: correct / labels.length,
      acc_top5: 1,
      per_class: [],
      f1_macro: 0,
      f1_micro: 0,
      precision_macro: 0,
      recall_macro: 0,
      auroc_macro: null,
      ece: 0,
      stopped: false,
      seconds: 1,
    },
    logits: Float32Array.from(logits.flat()),
    labels: Int32Array.from(labels),
    indices: Uint32Array.from(labels.keys()),
    confusion,
  }
}
