import * as v from 'valibot'
import { bool, int, text } from '../config/schema/field.ts'
import { defineLogger } from './define.ts'
import { label, lightningLoggers, optionalText } from './logger-options.ts'
import { tensorBoardSink } from './tensorboard/tensorboard-sink.ts'

const schema = v.strictObject({
  save_dir: optionalText('Folder of the event files; null: the run folder.'),
  name: v.nullish(text('Folder in `save_dir`.'), 'lightning_logs'),
  version: label('Folder in `name`: a number N is version_N; null: the next free one.'),
  log_graph: v.optional(bool('Means nothing here: the graph of the model is in the ONNX file.'), false),
  default_hp_metric: v.optional(
    bool('Means nothing here: the metrics of the run stand in its hparams.'),
    true,
  ),
  prefix: v.optional(text('Stands before every name, with a hyphen.'), ''),
  sub_dir: optionalText('Folder in the version.'),
  comment: v.optional(text('Means nothing here, as in Lightning.'), ''),
  purge_step: v.nullish(int('Means nothing here: a resumed run purges what it repeats.', { min: 0 }), null),
  max_queue: v.optional(int('Means nothing here: every event is written at once.', { min: 1 }), 10),
  flush_secs: v.optional(int('Means nothing here: every event is written at once.', { min: 1 }), 120),
  filename_suffix: v.optional(text('Stands at the end of the names of the event files.'), ''),
})

export type TensorBoardOptions = v.InferOutput<typeof schema>

/** Lightning's TensorBoardLogger: event files that we write ourselves, an event on the disk when it happens. */
export const tensorBoardLogger = defineLogger({
  name: 'tensorboard',
  aliases: lightningLoggers('tensorboard', 'TensorBoardLogger'),
  schema,
  create: (options, context) => tensorBoardSink(options, context),
})
