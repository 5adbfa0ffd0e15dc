import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { consoleSink } from '../logging/console-sink.ts'
import { createLogger } from '../logging/logger.ts'
import { type ClassAverages, classAverages } from '../metrics/classification.ts'
import { plainName } from '../plot/plain-name.ts'
import { plainTable } from '../text/plain-table.ts'
import { evaluateModel, type Scored } from '../verbs/evaluate.ts'
import { findModel, type ModelSource } from '../verbs/model-source.ts'
import { evaluationJson, evaluationMetrics, writeEvaluation } from '../verbs/write-evaluation.ts'
import { percent } from './number-format.ts'
import { terminalScreen } from './screen.ts'
import { readWords, splitName, wholeNumber } from './words.ts'

const help = `usage: classifier-training evaluate model=PATH [data.data_root=DIR] [data.split=test] [--json]

Scores a model on a split of a data set and writes what it found to evaluation/ beside the model: metrics.json, pictures
(confusion matrix, reliability, gallery) and annotations.jsonl with the true and predicted classes of every image. An .onnx
file is scored by onnxruntime and needs no libtorch.

  model=PATH            a run folder (its best checkpoint), a checkpoint folder, a best/last pointer, or an .onnx file
  data.data_root=DIR    the data set (the one that the run was trained on)
  data.split=NAME       train, val or test (test)
  data.batch_size=N     as in training
  data.num_workers=N    as in training
  output=DIR            where the evaluation goes
  --json                {"split","images","metrics","intervals"} on stdout
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { options, flags } = readWords(argv, {
    command: 'evaluate',
    entries: {
      model: v.string(),
      'data.data_root': v.optional(v.string()),
      'data.split': v.optional(splitName, 'test'),
      'data.batch_size': v.optional(wholeNumber(1)),
      'data.num_workers': v.optional(wholeNumber(0)),
      output: v.optional(v.string()),
    },
    flags: ['--json'],
  })
  const source = await findModel(options.model)
  const screen = terminalScreen()
  const logger = createLogger('evaluate', 'info', [consoleSink(screen)])
  const scored = await evaluateModel(
    {
      source,
      dataRoot: options['data.data_root'],
      split: options['data.split'],
      batchSize: options['data.batch_size'],
      numWorkers: options['data.num_workers'],
    },
    logger,
  )
  const folder = options.output ?? join(folderOf(source), 'evaluation')
  await writeEvaluation(folder, scored)
  if (flags.has('--json')) process.stdout.write(`${JSON.stringify(evaluationJson(scored))}\n`)
  else process.stdout.write(`${metricsTable(scored)}\n${classTable(scored)}\n`)
  logger.info(`written to ${folder}`)
  return 0
}

/** Where a model's own results belong. */
function folderOf(source: ModelSource): string {
  return source.kind === 'onnx' ? dirname(source.file) : (source.run ?? dirname(source.directory))
}

function metricsTable({ evaluation: { report }, intervals }: Scored): string {
  const show = (name: string, value: number): string =>
    /loss|nll/.test(name) ? value.toFixed(4) : percent(value)
  const rows = evaluationMetrics.map((name) => {
    const interval = intervals[name]
    const range = interval ? `${show(name, interval[0])} – ${show(name, interval[1])}` : ''
    return [name, show(name, report[name]), range]
  })
  if (report.auroc_macro !== null) rows.push(['auroc_macro', percent(report.auroc_macro), ''])
  return plainTable([`${report.split} · ${report.images} images`, 'value', '95 % interval'], rows)
}

/** Beyond so many classes the table shows those that do worst; all of them are in `metrics.json`. */
const mostClasses = 100
const shownOfMany = 40

function classTable({ evaluation: { report }, classes }: Scored): string {
  const all = report.per_class.map((entry, k) => ({ entry, name: plainName(classes[k] ?? String(k)) }))
  const many = all.length > mostClasses
  const shown = many ? worstFirst(all).slice(0, shownOfMany) : all
  // What was never there or never predicted has no recall or precision.
  const rows: Cells[] = shown.map(({ entry, name }) => [
    name,
    entry.support,
    entry.predicted,
    percent(entry.predicted === 0 ? undefined : entry.precision),
    percent(entry.support === 0 ? undefined : entry.recall),
    percent(entry.predicted + entry.support === 0 ? undefined : entry.f1),
    percent(entry.auroc ?? undefined),
  ])
  const { macro, weighted } = classAverages(report.per_class)
  const average = (name: string, { precision, recall, f1 }: ClassAverages, auroc: number | null): Cells => [
    name,
    report.images,
    report.images,
    percent(precision),
    percent(recall),
    percent(f1),
    percent(auroc ?? undefined),
  ]
  rows.push(
    average('macro average', macro, report.auroc_macro),
    average('weighted by images', weighted, null),
  )
  const first = many ? `${shownOfMany} worst of ${all.length} classes` : 'class'
  return plainTable([first, 'images', 'predicted', 'precision', 'recall', 'f1', 'auroc'], rows)
}

type Cells = readonly (string | number)[]

/** By F1, the lowest first; of equal ones those with more images. Classes without images are left out. */
function worstFirst<T extends { readonly entry: { readonly support: number; readonly f1: number } }>(
  classes: readonly T[],
): T[] {
  return classes
    .filter(({ entry }) => entry.support > 0)
    .sort((a, b) => a.entry.f1 - b.entry.f1 || b.entry.support - a.entry.support)
}
