import * as v from 'valibot'
import { duration } from '../config/schema/duration.ts'
import { bool, choice } from '../config/schema/field.ts'
import type { Actions, Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { lightningNames } from './python-names.ts'

const schema = v.strictObject({
  duration: v.nullish(duration('Training stops after so much time, resumed parts included.'), null),
  interval: v.optional(choice('When to look at the clock.', ['step', 'epoch']), 'step'),
  verbose: v.optional(bool('Log it when the time is over.'), true),
})

const State = v.object({ seconds: v.number() })

/** Stops a run after a time: Lightning's Timer. The time of earlier parts of a resumed run counts. */
export const timer = defineCallback({
  name: 'timer',
  aliases: lightningNames('timer', 'Timer'),
  schema,
  create: (options): Callback => createTimer(options, () => performance.now()),
})

/** @param now Milliseconds of a clock that only goes forward. */
export function createTimer(options: v.InferOutput<typeof schema>, now: () => number): Callback {
  let began = now()
  let before = 0
  const elapsed = (): number => before + (now() - began) / 1000
  const check = (say: (message: string) => void): Actions => {
    if (options.duration === null || elapsed() < options.duration) return undefined
    const reason = `the timer's ${options.duration} s are over`
    if (options.verbose) say(reason)
    return [{ kind: 'stop', reason }]
  }
  return {
    name: 'timer',
    role: 'controller',
    runStart: () => {
      began = now()
      return undefined
    },
    span: (_, context) =>
      options.interval === 'step' ? check((line) => context.logger.info(line)) : undefined,
    epochEnd: (_, context) => check((line) => context.logger.info(line)),
    state: () => ({ seconds: elapsed() }),
    restore: (state) => {
      before = v.parse(State, state).seconds
    },
  }
}
