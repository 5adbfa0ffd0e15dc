import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { gallerySections } from '../callbacks/prediction-gallery.ts'
import { SamplePictures } from '../callbacks/sample-pictures.ts'
import { scoredImages } from '../callbacks/scored-images.ts'
import { writeJson } from '../files/write-json.ts'
import { reliabilityBins } from '../metrics/calibration.ts'
import { classAverages, predictions, softmax } from '../metrics/classification.ts'
import { confusionMatrixPlot } from '../plot/confusion-matrix.ts'
import { predictionGalleryPlot } from '../plot/prediction-gallery.ts'
import { reliabilityDiagramPlot } from '../plot/reliability-diagram.ts'
import type { Scored } from './evaluate.ts'

/** The metrics that every split has, in the order in which they are told. */
export const evaluationMetrics = [
  'loss',
  'nll',
  'acc_top1',
  'acc_top5',
  'f1_macro',
  'f1_micro',
  'precision_macro',
  'recall_macro',
  'ece',
] as const

/** Classes that an annotation names, best first. */
const namedClasses = 5
/** Pictures in each row of the gallery. */
const galleryPictures = 8

export interface EvaluationJson {
  readonly split: string
  readonly images: number
  readonly metrics: Readonly<Record<string, number | null>>
  /** 95 %. */
  readonly intervals: Scored['intervals']
}

/** What `evaluate --json` prints. */
export function evaluationJson({ evaluation: { report }, intervals }: Scored): EvaluationJson {
  const { split, images, auroc_macro } = report
  const metrics = Object.fromEntries(evaluationMetrics.map((name) => [name, report[name]]))
  const { precision, recall, f1 } = classAverages(report.per_class).weighted
  const weighted = { f1_weighted: f1, precision_weighted: precision, recall_weighted: recall }
  return { split, images, metrics: { ...metrics, ...weighted, auroc_macro }, intervals }
}

/** Writes `metrics.json`, `annotations.jsonl` and the pictures; answers their paths. */
export async function writeEvaluation(folder: string, scored: Scored): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const { evaluation, classes, dataset } = scored
  const { report, labels, logits } = evaluation
  const file = (name: string): string => join(folder, name)
  await writeJson(file('metrics.json'), {
    ...evaluationJson(scored),
    data_root: dataset.summary.root,
    per_class: Object.fromEntries(report.per_class.map((entry, k) => [classes[k] ?? k, entry])),
  })
  await writeFile(file('annotations.jsonl'), annotations(scored))
  const caption = `${{ train: 'Training', val: 'Validation', test: 'Test' }[report.split]} split`
  await writeFile(
    file('confusion_matrix.png'),
    await confusionMatrixPlot({ classes, confusion: evaluation.confusion, caption }),
  )
  const count = classes.length
  const bins = reliabilityBins(softmax(logits, count), predictions(logits, count), labels, count)
  await writeFile(file('reliability.png'), await reliabilityDiagramPlot({ bins, caption }))
  const pictures = new SamplePictures()
  const sections = await gallerySections(scoredImages(evaluation, count), galleryPictures, (images) =>
    pictures.of(images, report.split, { dataset, classes }),
  )
  await writeFile(file('prediction_gallery.png'), await predictionGalleryPlot({ sections, caption }))
  return [
    'metrics.json',
    'annotations.jsonl',
    'confusion_matrix.png',
    'reliability.png',
    'prediction_gallery.png',
  ].map(file)
}

/** One line an image: `{"filename","ground_truth","correct","nll","predictions":[{"label","class_id","confidence"}…]}`, and the annotation's own `metadata`. */
function annotations({ evaluation, classes, paths, dataset }: Scored): string {
  const { logits, labels, report, indices } = evaluation
  const metadata = dataset.metadata(report.split, [...indices])
  const count = classes.length
  const probabilities = softmax(logits, count)
  const lines = paths.map((path, row) => {
    const own = [...probabilities.subarray(row * count, (row + 1) * count)]
    const ranked = own.map((confidence, k) => ({ label: classes[k], class_id: k, confidence }))
    ranked.sort((a, b) => b.confidence - a.confidence || a.class_id - b.class_id)
    const truth = labels[row] ?? 0
    return `${JSON.stringify({
      filename: relative(dataset.summary.root, path).split(sep).join('/'),
      ground_truth: classes[truth],
      ...(metadata[row] ? { metadata: metadata[row] } : {}),
      correct: ranked[0]?.class_id === truth,
      nll: -Math.log(Math.max(1e-45, own[truth] ?? 0)),
      predictions: ranked.slice(0, namedClasses),
    })}\n`
  })
  return lines.join('')
}
