import { relative, sep } from 'node:path'
import { bootstrapIntervals } from '../metrics/bootstrap.ts'
import { reliabilityBins } from '../metrics/calibration.ts'
import { predictions, softmax } from '../metrics/classification.ts'
import type { Dataset, Evaluation } from '../native/engine.ts'
import { mostConfused } from '../plot/confused-pairs.ts'
import { type HeatedPicture, heatOverlay } from '../plot/heat-overlay.ts'
import { jpegDataUri, thumbnail } from '../plot/picture.ts'
import type { ReportEvaluation } from './report-data.ts'

/** Up to this many classes a matrix can be read. */
const MOST_MATRIX_CLASSES = 64
const THUMBNAIL_SIDE = 160
const PAIRS = 50
/** Images and classes that the bootstrap may touch, so that a report costs no training time worth speaking of. */
const BOOTSTRAP_WORK = 2e7

export interface EvaluatedSplit {
  readonly split: 'val' | 'test'
  readonly epoch: number
  readonly evaluation: Evaluation
  readonly classes: readonly string[]
  readonly dataset: Dataset
  /** How many of the highest losses to show. */
  readonly pictures: number
  /** What the network looked at in some of the images. */
  readonly heated: readonly HeatedRow[]
}

/** A row of the evaluation with its heat map. */
export interface HeatedRow extends HeatedPicture {
  readonly row: number
}

/** Everything that a report says of one evaluated split. */
export async function reportEvaluation(evaluated: EvaluatedSplit): Promise<ReportEvaluation> {
  const { evaluation, classes, split, dataset } = evaluated
  const { report, logits, labels } = evaluation
  const count = classes.length
  const probabilities = softmax(logits, count)
  const predicted = predictions(logits, count)
  const work = labels.length + count
  const resamples = Math.round(Math.min(1000, Math.max(100, BOOTSTRAP_WORK / work)))
  const losses = Array.from(
    labels,
    (label, row) => -Math.log(Math.max(1e-45, probabilities[row * count + label] ?? 0)),
  )
  const worst = [...losses.keys()]
    .sort((a, b) => (losses[b] ?? 0) - (losses[a] ?? 0) || a - b)
    .slice(0, evaluated.pictures)
  const paths = dataset
    .paths(split, [...evaluation.indices])
    .map((path) => shownPath(dataset.summary.root, path))
  const topLosses: ReportEvaluation['top_losses'] = []
  for (const row of worst) {
    const picture = await dataset.picture(split, evaluation.indices[row] ?? row)
    const guess = predicted[row] ?? 0
    topLosses.push({
      image: await jpegDataUri(thumbnail(picture, THUMBNAIL_SIDE)),
      path: paths[row] ?? '',
      trueClass: labels[row] ?? 0,
      predictedClass: guess,
      confidence: probabilities[row * count + guess] ?? 0,
      loss: losses[row] ?? 0,
    })
  }
  const heatMaps: ReportEvaluation['heat_maps'] = []
  for (const heated of evaluated.heated) {
    const { row, picture } = heated
    const guess = predicted[row] ?? 0
    heatMaps.push({
      image: await jpegDataUri(thumbnail(picture, THUMBNAIL_SIDE)),
      overlay: await jpegDataUri(heatOverlay(heated, THUMBNAIL_SIDE)),
      path: paths[row] ?? '',
      trueClass: labels[row] ?? 0,
      predictedClass: guess,
      confidence: probabilities[row * count + guess] ?? 0,
    })
  }
  return {
    split,
    epoch: evaluated.epoch,
    images: labels.length,
    metrics: metricsOf(report),
    intervals: Object.fromEntries(
      Object.entries(bootstrapIntervals(logits, labels, count, { resamples })).map(([name, [low, high]]) => [
        name,
        [low, high],
      ]),
    ),
    resamples,
    classes: [...classes],
    per_class: report.per_class.map((entry) => ({ ...entry })),
    confusion: count <= MOST_MATRIX_CLASSES ? [...evaluation.confusion] : null,
    pairs: mostConfused(evaluation.confusion, count, PAIRS),
    bins: reliabilityBins(probabilities, predicted, labels, count).map((bin) => ({ ...bin })),
    top_losses: topLosses,
    heat_maps: heatMaps,
    samples: { paths, labels: [...labels], predicted: [...predicted] },
  }
}

function metricsOf(report: Evaluation['report']): Record<string, number> {
  const {
    loss,
    nll,
    acc_top1,
    acc_top5,
    f1_macro,
    f1_micro,
    precision_macro,
    recall_macro,
    auroc_macro,
    ece,
  } = report
  const metrics = {
    loss,
    nll,
    acc_top1,
    acc_top5,
    f1_macro,
    f1_micro,
    precision_macro,
    recall_macro,
    auroc_macro,
    ece,
  }
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) =>
      value === null || !Number.isFinite(value) ? [] : [[name, value]],
    ),
  )
}

/** Below the data set's folder where it lies there, with slashes. */
function shownPath(root: string, path: string): string {
  const below = relative(root, path)
  return (below.startsWith('..') ? path : below).split(sep).join('/')
}
