import type { ClassReport, EvaluateReport } from '../native/spec.d.ts'
import { auroc } from './auroc.ts'
import { calibrationError } from './calibration.ts'

/** Metrics that depend on logits and labels alone, not on a training loss. */
export type ClassificationMetrics = Pick<
  EvaluateReport,
  | 'nll'
  | 'acc_top1'
  | 'acc_top5'
  | 'per_class'
  | 'f1_macro'
  | 'f1_micro'
  | 'precision_macro'
  | 'recall_macro'
  | 'auroc_macro'
  | 'ece'
>

/** Softmax probabilities of row-major logits [n, c], in double precision. */
export function softmax(logits: Float32Array, classes: number): Float64Array {
  const probabilities = new Float64Array(logits.length)
  for (let row = 0; row < logits.length; row += classes) {
    let top = -Infinity
    for (let k = 0; k < classes; k++) top = Math.max(top, logits[row + k] ?? 0)
    let total = 0
    for (let k = 0; k < classes; k++) {
      const value = Math.exp((logits[row + k] ?? 0) - top)
      probabilities[row + k] = value
      total += value
    }
    for (let k = 0; k < classes; k++) probabilities[row + k] = (probabilities[row + k] ?? 0) / total
  }
  return probabilities
}

/** The highest logit of each row; of equal ones the first, as `argmax` does. */
export function predictions(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0
    for (let k = 1; k < classes; k++)
      if ((logits[row * classes + k] ?? 0) > (logits[row * classes + best] ?? 0)) best = k
    return best
  })
}

/** Row-major [c, c] counts: true class by predicted class. */
export function confusionMatrix(labels: Int32Array, predicted: Int32Array, classes: number): Uint32Array {
  const counts = new Uint32Array(classes * classes)
  for (const [row, label] of labels.entries()) {
    const cell = label * classes + (predicted[row] ?? 0)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  return counts
}

/** Support, predictions, hits, precision, recall and F1 of each class; 0 where a ratio is 0/0, as in torchmetrics. */
export function classReports(confusion: Uint32Array, classes: number): Omit<ClassReport, 'auroc'>[] {
  const rows = new Float64Array(classes)
  const columns = new Float64Array(classes)
  for (const [cell, count] of confusion.entries()) {
    const [row, column] = [Math.floor(cell / classes), cell % classes]
    rows[row] = (rows[row] ?? 0) + count
    columns[column] = (columns[column] ?? 0) + count
  }
  return Array.from({ length: classes }, (_, k) => {
    const correct = confusion[k * classes + k] ?? 0
    const [support, predicted] = [rows[k] ?? 0, columns[k] ?? 0]
    return {
      support,
      predicted,
      correct,
      precision: ratio(correct, predicted),
      recall: ratio(correct, support),
      f1: ratio(2 * correct, predicted + support),
    }
  })
}

/** Precision, recall and F1 over all classes. */
export interface ClassAverages {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** Averages over the classes that were seen or predicted, as in torchmetrics: each alike, and by its images. */
export function classAverages(reports: readonly Omit<ClassReport, 'auroc'>[]): {
  readonly macro: ClassAverages
  readonly weighted: ClassAverages
} {
  const seen = reports.filter(({ support, predicted }) => support + predicted > 0)
  const images = seen.reduce((sum, { support }) => sum + support, 0)
  const averages = (of: (name: 'precision' | 'recall' | 'f1') => number): ClassAverages => ({
    precision: of('precision'),
    recall: of('recall'),
    f1: of('f1'),
  })
  return {
    macro: averages((name) => mean(seen.map((report) => report[name]))),
    weighted: averages((name) =>
      ratio(
        seen.reduce((sum, report) => sum + report.support * report[name], 0),
        images,
      ),
    ),
  }
}

/** All metrics of row-major logits [n, c] against labels [n]. n must not be 0. */
export function classificationMetrics(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
): ClassificationMetrics {
  const n = labels.length
  const probabilities = softmax(logits, classes)
  const predicted = predictions(logits, classes)
  const reports = classReports(confusionMatrix(labels, predicted, classes), classes)
  const areas = reports.map((_, k) => auroc(probabilities, labels, classes, k))
  const { macro } = classAverages(reports)
  const correct = reports.reduce((sum, report) => sum + report.correct, 0)
  return {
    nll: meanNll(probabilities, labels, classes),
    acc_top1: correct / n,
    acc_top5: topAccuracy(logits, labels, classes, Math.min(5, classes)),
    per_class: reports.map((report, k) => ({ ...report, auroc: areas[k] ?? null })),
    f1_macro: macro.f1,
    f1_micro: correct / n,
    precision_macro: macro.precision,
    recall_macro: macro.recall,
    // A class without both kinds counts 0, as in torchmetrics.
    auroc_macro: mean(areas.map((area) => area ?? 0)),
    ece: calibrationError(probabilities, predicted, labels, classes),
  }
}

/** Share of rows whose label is among the k highest logits; equal logits count for the lower index. */
export function topAccuracy(logits: Float32Array, labels: Int32Array, classes: number, k: number): number {
  let hits = 0
  for (const [row, label] of labels.entries()) {
    const own = logits[row * classes + label] ?? 0
    let above = 0
    for (let other = 0; other < classes; other++) {
      const value = logits[row * classes + other] ?? 0
      if (value > own || (value === own && other < label)) above++
    }
    if (above < k) hits++
  }
  return hits / labels.length
}

function meanNll(probabilities: Float64Array, labels: Int32Array, classes: number): number {
  let total = 0
  for (const [row, label] of labels.entries()) total -= Math.log(probabilities[row * classes + label] ?? 0)
  return total / labels.length
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
