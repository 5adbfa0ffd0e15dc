import * as v from 'valibot'
import { int } from '../config/schema/field.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { resnetCost } from './model-cost.ts'
import { modelTable } from './model-table.ts'
import { lightningNames } from './python-names.ts'

const schema = v.strictObject({
  max_depth: v.optional(int('0: nothing, 1: a row a stage, more or -1: a row a layer.', { min: -1 }), 1),
})

/** Logs a table of the network at the start of a run: Lightning's ModelSummary. `model_info` also writes files. */
export const modelSummary = defineCallback({
  name: 'model_summary',
  aliases: [
    ...lightningNames('model_summary', 'ModelSummary'),
    ...lightningNames('rich_model_summary', 'RichModelSummary'),
  ],
  schema,
  create: (options): Callback => ({
    name: 'model_summary',
    role: 'observer',
    runStart: (context) => {
      const cost = resnetCost(context.model.parameters, context.model.input_hw)
      if (cost === undefined || options.max_depth === 0) return undefined
      context.logger.info(`${context.plan.model.architecture}\n${modelTable(cost, options.max_depth === 1)}`)
      return undefined
    },
  }),
})
