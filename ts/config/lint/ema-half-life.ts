import { type LintRule, totalSteps } from './lint-rule.ts'

/** A half-life beyond this share of the run leaves the average full of weights from its beginning. */
const longest = 1 / 5

/** EMA half-life against the length of the run, at the decay that the warmup has reached by its end. */
export const emaHalfLife: LintRule = {
  name: 'ema-half-life',
  check: (context) => {
    const { ema } = context.plan.train
    if (ema === null) return undefined
    const steps = totalSteps(context)
    const ramp = ema.warmup_steps === 0 ? 1 : 1 - Math.exp(-steps / ema.warmup_steps)
    const halfLife = Math.LN2 / -Math.log(ema.decay * ramp)
    if (!(halfLife > steps * longest)) return undefined
    const fitting = Math.exp((-Math.LN2 * 10) / steps)
    return {
      key: emaKey(context.config.callbacks),
      message: `the average of the weights forgets half in ${Math.round(halfLife)} steps, the run has ${steps}: it will lag behind the weights that it averages`,
      hint: `a decay of about ${fitting.toPrecision(3)} suits this length`,
    }
  },
}

function emaKey(callbacks: readonly { readonly key: string; readonly target: string }[]): string {
  const callback = callbacks.find(({ target }) => /ema/i.test(target))
  return callback === undefined ? 'ema.decay' : `callbacks.${callback.key}.decay`
}
