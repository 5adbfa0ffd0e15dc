import { describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { callbackDefinitions } from '../../ts/callbacks/index.ts'
import { factsOf, unwrapped } from '../../ts/config/schema/entries.ts'

const folder = join(import.meta.dir, '../../ts/callbacks')

test('every definition is a file of its name, and every such file is in the list', async () => {
  const defined: string[] = []
  for (const file of readdirSync(folder)) {
    if (file === 'index.ts') continue
    const exported: Record<string, unknown> = await import(join(folder, file))
    for (const value of Object.values(exported)) {
      if (typeof value !== 'object' || value === null || !('create' in value) || !('name' in value)) continue
      expect(file).toBe(`${String(value.name).replaceAll('_', '-')}.ts`)
      defined.push(String(value.name))
    }
  }
  expect(defined.sort()).toEqual(callbackDefinitions.map(({ name }) => name).sort())
  expect(defined.length).toBeGreaterThan(10)
})

describe.each(callbackDefinitions.map((definition) => [definition.name, definition] as const))(
  '%s',
  (name, definition) => {
    test('is made from its defaults and is called as its definition', () => {
      const required = name === 'early_stopping' ? { monitor: 'val/loss' } : {}
      expect(definition.create(v.parse(definition.schema, required)).name).toBe(name)
    })

    test('describes every option', () => {
      const { entries } = definition.schema as unknown as { entries: Record<string, v.GenericSchema> }
      for (const [option, schema] of Object.entries(entries))
        expect([option, factsOf(unwrapped(schema))?.description]).toEqual([
          option,
          expect.stringMatching(/[.`]$/),
        ])
    })
  },
)

test.each([
  'classifier_training.callbacks.ema.EMACallback',
  'classifier_training.callbacks.onnx_export.ONNXExportCallback',
  'classifier_training.callbacks.confusion_matrix.ConfusionMatrixCallback',
  'classifier_training.callbacks.model_info.ModelInfoCallback',
  'classifier_training.callbacks.plotting.TrainingHistoryCallback',
  'classifier_training.callbacks.visualization.SampleVisualizationCallback',
  'classifier_training.callbacks.statistics.DatasetStatisticsCallback',
  'classifier_training.callbacks.sampler.SamplerDistributionCallback',
  'lightning.pytorch.callbacks.ModelCheckpoint',
  'lightning.pytorch.callbacks.EarlyStopping',
  'lightning.pytorch.callbacks.LearningRateMonitor',
  'lightning.pytorch.callbacks.RichProgressBar',
  'lightning.pytorch.callbacks.TQDMProgressBar',
  'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
  'lightning.pytorch.callbacks.Timer',
  'lightning.pytorch.callbacks.RichModelSummary',
  'lightning.pytorch.callbacks.DeviceStatsMonitor',
])('the Python name %s leads to exactly one callback', (name) => {
  expect(callbackDefinitions.filter(({ aliases }) => aliases.includes(name))).toHaveLength(1)
})
