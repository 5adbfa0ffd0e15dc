import * as v from 'valibot'
import { bool, field, int } from '../config/schema/field.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { lightningNames } from './python-names.ts'

/** Colours and console options of Rich: read, so that trees compose, and left alone. */
const ofRich = field<unknown>('Means nothing here.', {
  expected: 'a map or null',
  json: { type: ['object', 'null'] },
  parse: (input) => (typeof input === 'object' ? (input ?? {}) : undefined),
})

const schema = v.strictObject({
  refresh_rate: v.optional(int('Shows the bar; 0 switches it off.', { min: 0 }), 1),
  leave: v.optional(bool('Keep the bar of every epoch on the screen.'), false),
  theme: v.nullish(ofRich, null),
  console_kwargs: v.nullish(ofRich, null),
  process_position: v.optional(int('Means nothing here.', { min: 0 }), 0),
})

/** Options of the bar that the command line draws while it trains; the callback itself does nothing. */
export const progressBar = defineCallback({
  name: 'progress_bar',
  aliases: [
    ...lightningNames('progress', 'RichProgressBar', 'TQDMProgressBar', 'ProgressBar'),
    ...lightningNames('progress.rich_progress', 'RichProgressBar'),
    ...lightningNames('progress.tqdm_progress', 'TQDMProgressBar'),
  ],
  schema,
  create: (): Callback => ({ name: 'progress_bar', role: 'observer' }),
})
