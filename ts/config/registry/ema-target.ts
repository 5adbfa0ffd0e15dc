import { emaSchema } from '../schema/ema.ts'
import type { Target } from '../target.ts'

/** The EMA callback: it sets an option of the engine, so the plan knows it even where no callback of that name exists. */
export const emaTarget = {
  name: 'ema',
  aliases: ['classifier_training.callbacks.ema.EMACallback'],
  schema: emaSchema,
} satisfies Target
