import * as v from 'valibot'
import { callbackDefinitions } from '../../ts/callbacks/index.ts'
import { bool, text } from '../../ts/config/schema/field.ts'
import type { Target } from '../../ts/config/target.ts'
import { loggerDefinitions } from '../../ts/logging/index.ts'

const word = v.nullish(text('Text.'), null)

/** Arguments of the experiment loggers that the trees name. */
const standIns: readonly Target[] = [
  {
    name: 'wandb',
    aliases: ['lightning.pytorch.loggers.WandbLogger'],
    schema: v.strictObject({
      project: word,
      name: word,
      save_dir: word,
      log_model: v.optional(bool('Upload the model.'), false),
      tags: v.optional(v.array(v.string()), []),
      notes: word,
    }),
  },
  {
    name: 'tensorboard',
    aliases: ['lightning.pytorch.loggers.TensorBoardLogger'],
    schema: v.strictObject({ save_dir: word, name: word }),
  },
  {
    name: 'mlflow',
    aliases: ['lightning.pytorch.loggers.MLFlowLogger'],
    schema: v.strictObject({ experiment_name: word, tracking_uri: word }),
  },
]

/** What the program itself knows; experiment loggers that it does not have are only parsed here. */
export const callbacks: readonly Target[] = callbackDefinitions
export const loggers: readonly Target[] = [
  ...loggerDefinitions,
  ...standIns.filter(({ name }) => !loggerDefinitions.some((own) => own.name === name)),
]
