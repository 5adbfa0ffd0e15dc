import * as v from 'valibot'
import type { Interval } from '../../metrics/bootstrap.ts'
import { softmax } from '../../metrics/classification.ts'
import type { ClassReport, EvaluateReport, Split } from '../../native/spec.d.ts'
import { evaluateModel, type Scored } from '../evaluate.ts'
import { findModel } from '../model-source.ts'
import { callerLogger, type Listener } from './caller-logger.ts'
import { checkOptions, count, path } from './check-options.ts'

/** What to score, and on what. */
export interface EvaluateOptions {
  /** A run folder (its best checkpoint), a checkpoint folder, a `best` or `last` pointer, or an ONNX file. */
  readonly model: string
  /** The data set; by default the one that the run was trained on. */
  readonly dataRoot?: string | undefined
  /** `test` by default. */
  readonly split?: Split | undefined
  readonly batchSize?: number | undefined
  readonly numWorkers?: number | undefined
  /** Gets what is worth saying; without one, warnings and errors go to stderr. */
  readonly logger?: Listener | undefined
}

/** A model's metrics and its answer to every image. */
export interface Evaluated {
  readonly split: Split
  readonly images: number
  /** `loss`, `nll`, `acc_top1`, `acc_top5`, `f1_macro`, …; rates are fractions. One that is not defined is left out. */
  readonly metrics: Readonly<Record<string, number>>
  /** 95 % intervals over resampled images, of some of the metrics. */
  readonly intervals: Readonly<Record<string, Interval>>
  readonly classes: readonly string[]
  readonly perClass: Readonly<Record<string, ClassReport>>
  /** Row-major [classes, classes]: true class by predicted class, counts. */
  readonly confusion: Uint32Array
  readonly answers: readonly ScoredImage[]
}

/** The answer to one image of a split. */
export interface ScoredImage {
  /** Absolute path. */
  readonly image: string
  readonly label: string
  /** The most probable class. */
  readonly predicted: string
  /** Its probability. */
  readonly confidence: number
  /** By class, in the order of `classes`. */
  readonly probabilities: Float32Array
}

const entries = {
  model: path,
  dataRoot: v.optional(path),
  split: v.optional(v.picklist(['train', 'val', 'test'], 'must be train, val or test')),
  batchSize: count,
  numWorkers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  logger: v.optional(v.looseObject({ log: v.function() })),
}

/** @see evaluate in `ts/index.ts` */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
  checkOptions('evaluate', entries, options)
  const source = await findModel(options.model)
  const { logger } = callerLogger('evaluate', 'info', options.logger)
  const { dataRoot, split = 'test', batchSize, numWorkers } = options
  const request = { source, dataRoot, split, batchSize, numWorkers }
  return evaluated(await evaluateModel(request, logger))
}

function evaluated(scored: Scored): Evaluated {
  const { evaluation, classes, intervals } = scored
  const { report, confusion } = evaluation
  return {
    split: report.split,
    images: report.images,
    metrics: metricsOf(report),
    intervals,
    classes,
    perClass: Object.fromEntries(report.per_class.map((entry, k) => [classes[k] ?? k, entry])),
    confusion,
    answers: answersOf(scored),
  }
}

/** Every number of a report that is a metric. */
function metricsOf({ images: _, seconds: __, ...report }: EvaluateReport): Record<string, number> {
  const numbers = Object.entries(report).filter((entry): entry is [string, number] => {
    return typeof entry[1] === 'number'
  })
  return Object.fromEntries(numbers)
}

function answersOf({ evaluation: { logits, labels }, classes, paths }: Scored): ScoredImage[] {
  const all = softmax(logits, classes.length)
  return paths.map((image, row) => {
    const probabilities = Float32Array.from(all.subarray(row * classes.length, (row + 1) * classes.length))
    const best = probabilities.reduce((best, p, k) => (p > (probabilities[best] ?? 0) ? k : best), 0)
    return {
      image,
      label: classes[labels[row] ?? 0] ?? '',
      predicted: classes[best] ?? '',
      confidence: probabilities[best] ?? 0,
      probabilities,
    }
  })
}
