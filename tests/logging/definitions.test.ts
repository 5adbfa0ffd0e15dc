import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { indexTargets } from '../../ts/config/registry/find-target.ts'
import { factsOf } from '../../ts/config/schema/entries.ts'
import { loggerDefinitions } from '../../ts/logging/index.ts'

const index = indexTargets(loggerDefinitions)

test.each([
  ['WandbLogger', 'wandb'],
  ['TensorBoardLogger', 'tensorboard'],
  ['CSVLogger', 'csv'],
  ['MLFlowLogger', 'mlflow'],
])('%s is found by both packages and by our name', (className, name) => {
  for (const root of ['lightning.pytorch.loggers', 'pytorch_lightning.loggers'])
    expect(index.find(`${root}.${className}`)?.name).toBe(name)
  expect(index.find(name)?.name).toBe(name)
})

test('every option says what it is', () => {
  for (const { schema } of loggerDefinitions)
    for (const [name, entry] of Object.entries(
      (schema as unknown as { entries: Record<string, v.GenericSchema> }).entries,
    ))
      expect(`${name}: ${factsOf(entry)?.description}`).not.toEndWith('undefined')
})

test("the user's tree: a project, no name, no model, no tags, no notes", () => {
  const wandb = loggerDefinitions.find(({ name }) => name === 'wandb')
  const options = {
    project: 'classifier-training',
    name: null,
    save_dir: '/runs/1',
    log_model: false,
    tags: [],
    notes: null,
  }
  if (wandb) expect(v.parse(wandb.schema, options)).toMatchObject({ ...options, offline: false, id: null })
  expect(wandb).toBeDefined()
})
