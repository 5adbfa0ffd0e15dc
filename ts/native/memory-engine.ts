import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError, EngineBug } from '../errors/index.ts'
import type { Dataset, Engine, Evaluation, HeatMaps, Session } from './engine.ts'
import type {
  DatasetSummary,
  EvaluateRequest,
  HeatMapRequest,
  LoadReport,
  OpenReport,
  Plan,
  Position,
  Progress,
  TrainReport,
  TrainSums,
} from './spec.d.ts'

/** What the stand-in pretends to have. */
export interface MemoryWorld {
  readonly classes: readonly string[]
  readonly trainBatches: number
  readonly valImages: number
}

const nothing: TrainSums = { images: 0, loss_sum: 0, correct_top1: 0, steps: 0, skipped_steps: 0 }

/**
 * An Engine without libtorch: its "weights" are a running hash of the batches trained, its loss falls with the step. All
 * above `native/` is tested with it.
 */
export function memoryEngine(world: MemoryWorld): Engine {
  return {
    openDataset: async () => memoryDataset(world),
    openSession: async (plan) => ({
      session: new MemorySession(plan, world),
      report: openReport(plan, world),
    }),
    drainLogs: () => [],
  }
}

export function memoryDataset({ classes, trainBatches, valImages }: MemoryWorld): Dataset {
  const perClass = (n: number): number[] =>
    classes.map((_, index) => Math.floor((n + classes.length - 1 - index) / classes.length))
  const split = (name: 'train' | 'val', samples: number): DatasetSummary['splits'][number] => ({
    split: name,
    folder: name,
    samples,
    images: samples,
    per_class: perClass(samples),
    empty_labels: 0,
    unknown_labels: 0,
    unknown: [],
    duplicates: 0,
  })
  return {
    summary: {
      root: '/memory',
      format: 'imagefolder',
      classes: [...classes],
      splits: [split('train', trainBatches * 4), split('val', valImages)],
      fingerprint: 'memory',
      warnings: [],
    },
    metadata: (_, samples) => samples.map(() => null),
    paths: (name, samples) => samples.map((sample) => `/memory/${name}/${sample}.jpg`),
    labels: () => Uint32Array.from({ length: valImages }, (_, index) => index % classes.length),
    picture: async () => ({ width: 2, height: 2, rgb: new Uint8Array(12) }),
  }
}

function openReport(plan: Plan, world: MemoryWorld): OpenReport {
  return {
    device: 'memory',
    precision: plan.machine.precision,
    channels_last: false,
    parameters: [{ name: 'fc.weight', shape: [world.classes.length, 1], trainable: true }],
    train_batches: world.trainBatches,
    steps_per_epoch: Math.ceil(world.trainBatches / plan.train.accumulate),
    val_batches: world.valImages,
    test_batches: 0,
    input_hw: [2, 2],
    mean: [0, 0, 0],
    std: [1, 1, 1],
    notes: [],
  }
}

class MemorySession implements Session {
  readonly #world: MemoryWorld
  readonly #accumulate: number
  #position: Position = { epoch: 0, batch: 0, step: 0 }
  #hash = 7
  #sums = nothing
  #stopped = false

  constructor(plan: Plan, world: MemoryWorld) {
    this.#world = world
    this.#accumulate = plan.train.accumulate
  }

  async train(maxBatches: number): Promise<TrainReport> {
    const { epoch } = this.#position
    let span = nothing
    while (span.images < maxBatches * 4 && !this.#stopped) {
      await Promise.resolve()
      const batch = this.#position.batch + 1
      const stepped = batch % this.#accumulate === 0 || batch === this.#world.trainBatches
      this.#hash = (Math.imul(this.#hash, 31) + epoch * 1000 + batch) | 0
      const add = {
        images: 4,
        loss_sum: 4 / (1 + this.#position.step),
        correct_top1: 2,
        steps: stepped ? 1 : 0,
        skipped_steps: 0,
      }
      span = sum(span, add)
      this.#sums = sum(this.#sums, add)
      this.#position = { epoch, batch, step: this.#position.step + add.steps }
      if (batch === this.#world.trainBatches) break
    }
    const done = this.#position.batch === this.#world.trainBatches
    const report = this.#report(epoch, span, done)
    if (done) {
      this.#position = report.position
      this.#sums = nothing
    }
    this.#stopped = false
    return report
  }

  async evaluate(request: EvaluateRequest): Promise<Evaluation> {
    const n = this.#world.valImages
    const c = this.#world.classes.length
    const accuracy = 1 - 1 / (1 + this.#position.step)
    const stopped = this.#stopped
    this.#stopped = false
    const nothingOfClass = {
      support: n / c,
      predicted: n / c,
      correct: 0,
      precision: 0,
      recall: 0,
      f1: 0,
      auroc: null,
    }
    return {
      report: {
        split: request.split,
        weights: 'raw',
        images: n,
        loss: 1 / (1 + this.#position.step),
        nll: 1 / (1 + this.#position.step),
        acc_top1: accuracy,
        acc_top5: 1,
        per_class: this.#world.classes.map(() => nothingOfClass),
        f1_macro: accuracy,
        f1_micro: accuracy,
        precision_macro: accuracy,
        recall_macro: accuracy,
        auroc_macro: null,
        ece: 0,
        stopped,
        seconds: 0,
      },
      logits: new Float32Array(n * c),
      labels: Int32Array.from({ length: n }, (_, index) => index % c),
      indices: Uint32Array.from({ length: n }, (_, index) => index),
      confusion: new Uint32Array(c * c),
    }
  }

  async predict(_images: Uint8Array, n: number): Promise<Float32Array> {
    return new Float32Array(n * this.#world.classes.length)
  }

  async heatMaps({ samples, targets }: HeatMapRequest): Promise<HeatMaps> {
    return {
      report: {
        layer: 'layer4',
        input_hw: [2, 2],
        map_hw: [1, 2],
        targets: [...(targets ?? samples.map(() => 0))],
      },
      images: new Uint8Array(samples.length * 12),
      maps: Float32Array.from({ length: samples.length * 2 }, (_, cell) => cell % 2),
    }
  }

  async save(request: { directory: string; state: unknown }): ReturnType<Session['save']> {
    const weights = String(this.#hash)
    const state = { position: this.#position, hash: this.#hash, sums: this.#sums, state: request.state }
    const text = JSON.stringify(state)
    await mkdir(request.directory, { recursive: true })
    await writeFile(join(request.directory, 'state.json'), text)
    await writeFile(join(request.directory, 'COMMIT.json'), '{}')
    return { directory: request.directory, weights_sha256: weights, bytes: 0, seconds: 0 }
  }

  async load(directory: string): Promise<LoadReport> {
    try {
      const saved = JSON.parse(await readFile(join(directory, 'state.json'), 'utf8'))
      this.#position = saved.position
      this.#hash = saved.hash
      this.#sums = saved.sums
      return { position: this.#position, state: saved.state, weights_sha256: String(this.#hash) }
    } catch (error) {
      throw new CheckpointError(`${directory} is damaged`, { cause: error })
    }
  }

  async export(): ReturnType<Session['export']> {
    throw new EngineBug('the stand-in writes no ONNX')
  }

  async inspect(): ReturnType<Session['inspect']> {
    const ledger = {
      wait_data_s: 0,
      step_s: 1,
      validation_s: 0,
      checkpoint_s: 0,
      checkpoint_write_s: 0,
      decode_cpu_s: 0,
      transform_cpu_s: 0,
      first_step_unix_ms: null,
    }
    return {
      position: this.#position,
      weights_sha256: String(this.#hash),
      ema_sha256: null,
      ledger,
      peak_rss_mb: 1,
      peak_device_mb: null,
    }
  }

  stop(): void {
    this.#stopped = true
  }

  progress(): Progress {
    const { epoch, batch } = this.#position
    return { phase: 'idle', epoch, batch, batches: this.#world.trainBatches, images: batch * 4 }
  }

  async close(): Promise<void> {}

  #report(epoch: number, span: TrainSums, done: boolean): TrainReport {
    const { step } = this.#position
    return {
      position: done ? { epoch: epoch + 1, batch: 0, step } : this.#position,
      epoch,
      epoch_done: done,
      stopped: this.#stopped,
      span,
      epoch_so_far: this.#sums,
      last: {
        loss: 1 / (1 + step),
        acc_top1: 0.5,
        learning_rate: 0.1,
        grad_norm: 1,
        ema_decay: null,
        loss_scale: null,
      },
      drawn_per_class: this.#world.classes.map(() => 0),
      skipped_images: [],
      ledger: {
        wait_data_s: 0,
        step_s: 0,
        validation_s: 0,
        checkpoint_s: 0,
        checkpoint_write_s: 0,
        decode_cpu_s: 0,
        transform_cpu_s: 0,
        first_step_unix_ms: null,
      },
    }
  }
}

function sum(a: TrainSums, b: TrainSums): TrainSums {
  return {
    images: a.images + b.images,
    loss_sum: a.loss_sum + b.loss_sum,
    correct_top1: a.correct_top1 + b.correct_top1,
    steps: a.steps + b.steps,
    skipped_steps: a.skipped_steps + b.skipped_steps,
  }
}
