import * as v from 'valibot'
import { text } from '../config/schema/field.ts'
import { defineLogger } from './define.ts'
import { lightningLoggers, logModel, map, optionalBool, optionalText } from './logger-options.ts'
import { mlflowSink } from './mlflow/mlflow-sink.ts'

const schema = v.strictObject({
  experiment_name: v.optional(text('Experiment, which is made where it does not exist.'), 'lightning_logs'),
  run_name: optionalText('Name of the run; null: the server chooses one.'),
  tracking_uri: optionalText('Address of the tracking server; null: MLFLOW_TRACKING_URI.'),
  tags: map('Tags of the run.'),
  save_dir: optionalText('Means nothing here: only servers are logged to.'),
  log_model: logModel(),
  checkpoint_path_prefix: v.optional(text('Folder of the model among the artifacts.'), ''),
  prefix: v.optional(text('Stands before every name, with a hyphen.'), ''),
  artifact_location: optionalText('Where a new experiment keeps its artifacts; null: the server decides.'),
  run_id: optionalText('Run to go on with; null: a new one, kept over resumes.'),
  synchronous: optionalBool('Means nothing here: training never waits for the server.'),
})

export type MlflowOptions = v.InferOutput<typeof schema>

/** Lightning's MLFlowLogger: a tracking server by its REST interface, never waited for. */
export const mlflowLogger = defineLogger({
  name: 'mlflow',
  aliases: lightningLoggers('mlflow', 'MLFlowLogger'),
  schema,
  create: (options, context) => mlflowSink(options, context),
})
