import * as v from 'valibot'
import { bool, choice, text } from '../config/schema/field.ts'
import { defineLogger } from './define.ts'
import {
  label,
  lightningLoggers,
  logModel,
  map,
  optionalBool,
  optionalText,
  pythonObject,
  texts,
} from './logger-options.ts'
import { wandbSink } from './wandb/wandb-sink.ts'

const schema = v.strictObject({
  name: optionalText('Name of the run; null: Weights & Biases chooses one.'),
  save_dir: optionalText('Folder that gets `wandb/`; null: the run folder.'),
  version: label('The same as `id`, which goes before it.'),
  offline: v.optional(bool('Log to the disk only.'), false),
  dir: optionalText('The same as `save_dir`, which goes before it.'),
  id: label('Identifier of the run; null: one is made and kept over resumes.'),
  anonymous: optionalBool('Means nothing here: Weights & Biases gave it up.'),
  project: optionalText('Project; null: WANDB_PROJECT or classifier-training.'),
  log_model: logModel(),
  experiment: pythonObject(),
  prefix: v.optional(text('Stands before every name, with a hyphen.'), ''),
  checkpoint_name: optionalText('Name of the model artifact; null: model- and the identifier.'),
  add_file_policy: v.optional(
    choice('immutable: link model files; mutable: copy them.', ['mutable', 'immutable']),
    'mutable',
  ),
  entity: optionalText('User or team; null: WANDB_ENTITY or that of the account.'),
  tags: texts('Tags of the run.'),
  notes: optionalText('Notes of the run.'),
  group: optionalText('Group of the run.'),
  job_type: optionalText('Kind of job of the run.'),
  mode: v.nullish(choice('disabled: log nothing.', ['online', 'offline', 'shared', 'disabled']), null),
  resume: v.nullish(
    text('allow, must, never or auto: a run folder that is resumed goes on by itself.'),
    null,
  ),
  config: map('More of the configuration to log.'),
  save_code: optionalBool('Means nothing here: no code is uploaded.'),
  reinit: optionalBool('Means nothing here: there is one run.'),
  sync_tensorboard: optionalBool('Means nothing here: use the tensorboard logger beside this one.'),
  settings: map('Means nothing here: settings of the Python client.'),
})

export type WandbOptions = v.InferOutput<typeof schema>

/** Lightning's WandbLogger: W&B's own log, an event on the disk when it happens, for `wandb sync` to upload. */
export const wandbLogger = defineLogger({
  name: 'wandb',
  aliases: lightningLoggers('wandb', 'WandbLogger'),
  schema,
  create: (options, context) => wandbSink(options, context),
})
