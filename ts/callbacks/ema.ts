import { emaTarget } from '../config/registry/ema-target.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'

/** Switches on the engine's averaged weights: the plan reads the options. Here only the decay is logged, once an epoch. */
export const ema = defineCallback({
  ...emaTarget,
  create: (): Callback => ({
    name: 'ema',
    role: 'observer',
    epochEnd: ({ train }) => {
      const decay = train.last.ema_decay
      return decay === null ? undefined : [{ kind: 'log', scalars: { 'ema/decay': decay } }]
    },
  }),
})
