import * as v from 'valibot'
import { float, int } from './field.ts'

/** Exponential moving average of the weights: the `ema` group and the arguments of the EMA callback. */
export const emaSchema = v.object({
  decay: v.optional(float('Decay at full strength.', { min: 0, below: 1 }), 0.9999),
  warmup_steps: v.optional(
    int('After n optimizer steps the decay is decay · (1 − exp(−n / warmup_steps)); 0: constant.', {
      min: 0,
    }),
    2000,
  ),
})
