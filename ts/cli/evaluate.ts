import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { consoleSink } from '../logging/console-sink.ts'
import { createLogger } from '../logging/logger.ts'
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

function classTable({ evaluation: { report }, classes }: Scored): string {
  const rows = report.per_class.map((entry, k) => [
    plainName(classes[k] ?? String(k)),
    entry.support,
    percent(entry.support === 0 ? undefined : entry.correct / entry.support),
    percent(entry.precision),
    percent(entry.support === 0 ? undefined : entry.recall),
    percent(entry.f1),
    percent(entry.auroc ?? undefined),
  ])
  return plainTable(['class', 'images', 'accuracy', 'precision', 'recall', 'f1', 'auroc'], rows)
}
