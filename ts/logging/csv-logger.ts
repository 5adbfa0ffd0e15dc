import * as v from 'valibot'
import { defineLogger } from './define.ts'

/** Lightning's CSVLogger: `metrics.csv` lies in every run folder anyway, so this adds nothing of its own. */
export const csvLogger = defineLogger({
  name: 'csv',
  aliases: ['lightning.pytorch.loggers.CSVLogger', 'pytorch_lightning.loggers.CSVLogger'],
  schema: v.strictObject({
    save_dir: v.optional(v.nullable(v.string()), null),
    name: v.optional(v.nullable(v.string()), null),
    version: v.optional(v.nullable(v.union([v.string(), v.number()])), null),
    prefix: v.optional(v.string(), ''),
    flush_logs_every_n_steps: v.optional(v.number(), 100),
  }),
  create: () => ({ name: 'csv', row() {}, async finish() {} }),
})
