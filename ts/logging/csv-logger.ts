import { copyFileSync, existsSync, mkdirSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { int, text } from '../config/schema/field.ts'
import { defineLogger } from './define.ts'
import { label, lightningLoggers, optionalText } from './logger-options.ts'
import { versionFolder } from './version-folder.ts'

const schema = v.strictObject({
  save_dir: optionalText('Folder of the copy; null: no copy, the run folder has metrics.csv.'),
  name: v.nullish(text('Folder in `save_dir`.'), 'lightning_logs'),
  version: label('Folder in `name`: a number N is version_N; null: the next free one.'),
  prefix: v.optional(text('Means nothing here: the names are those of metrics.jsonl.'), ''),
  flush_logs_every_n_steps: v.optional(
    int('Means nothing here: every event is written at once.', { min: 1 }),
    100,
  ),
})

/**
 * Lightning's CSVLogger. `metrics.csv` lies in every run folder from the first event on; at the end of the run a copy
 * goes where Lightning would have written it.
 */
export const csvLogger = defineLogger({
  name: 'csv',
  aliases: lightningLoggers('csv_logs', 'CSVLogger'),
  schema,
  create: ({ save_dir, name, version }, { directory }) => ({
    name: 'csv',
    row() {},
    async finish() {
      const source = join(directory, 'metrics.csv')
      if (save_dir === null || !existsSync(source)) return
      const folder = versionFolder(resolve(save_dir, name ?? ''), version)
      mkdirSync(folder, { recursive: true })
      const copy = join(realpathSync(folder), 'metrics.csv')
      if (copy !== realpathSync(source)) copyFileSync(source, copy)
    },
  }),
})
