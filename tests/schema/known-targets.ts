import * as v from 'valibot'
import type { Target } from '../../ts/config/target.ts'

const text = v.optional(v.nullable(v.string()), null)
const count = v.optional(v.nullable(v.pipe(v.number(), v.integer())), null)

const target = (name: string, aliases: readonly string[], entries: v.ObjectEntries): Target => ({
  name,
  aliases,
  schema: v.strictObject(entries),
})

const ours = (name: string, path: string, entries: v.ObjectEntries) =>
  target(name, [`classifier_training.callbacks.${path}`], entries)

/** Stand-ins for the callbacks and loggers, with the arguments of the Python tree. */
export const callbacks: readonly Target[] = [
  target('model_checkpoint', ['lightning.pytorch.callbacks.ModelCheckpoint'], {
    dirpath: text,
    filename: text,
    monitor: text,
    mode: v.optional(v.picklist(['min', 'max']), 'min'),
    save_top_k: count,
    save_last: v.optional(v.boolean(), false),
  }),
  target('early_stopping', ['lightning.pytorch.callbacks.EarlyStopping'], {
    monitor: v.string(),
    mode: v.optional(v.picklist(['min', 'max']), 'min'),
    patience: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 3),
    min_delta: v.optional(v.number(), 0),
  }),
  target('learning_rate_monitor', ['lightning.pytorch.callbacks.LearningRateMonitor'], {
    logging_interval: text,
  }),
  target(
    'progress_bar',
    ['lightning.pytorch.callbacks.RichProgressBar', 'lightning.pytorch.callbacks.TQDMProgressBar'],
    { refresh_rate: count },
  ),
  ours('onnx_export', 'onnx_export.ONNXExportCallback', {
    output_dir: text,
    opset_version: count,
    input_height: count,
    input_width: count,
  }),
  ours('confusion_matrix', 'confusion_matrix.ConfusionMatrixCallback', {
    output_dir: text,
    num_classes: count,
  }),
  ours('model_info', 'model_info.ModelInfoCallback', { output_dir: text }),
  ours('dataset_statistics', 'statistics.DatasetStatisticsCallback', {}),
  ours('training_history', 'plotting.TrainingHistoryCallback', { output_dir: text }),
  ours('sampler_distribution', 'sampler.SamplerDistributionCallback', {}),
  ours('sample_visualization', 'visualization.SampleVisualizationCallback', {
    output_dir: text,
    num_samples: count,
  }),
]

export const loggers: readonly Target[] = [
  target('wandb', ['lightning.pytorch.loggers.WandbLogger'], {
    project: text,
    name: text,
    save_dir: text,
    log_model: v.optional(v.union([v.boolean(), v.literal('all')]), false),
    tags: v.optional(v.array(v.string()), []),
    notes: text,
  }),
  target('csv', ['lightning.pytorch.loggers.CSVLogger'], { save_dir: text, name: text }),
  target('tensorboard', ['lightning.pytorch.loggers.TensorBoardLogger'], { save_dir: text, name: text }),
  target('mlflow', ['lightning.pytorch.loggers.MLFlowLogger'], { experiment_name: text, tracking_uri: text }),
]
