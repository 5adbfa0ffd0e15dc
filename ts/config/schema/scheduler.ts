import * as v from 'valibot'
import { choice, float, int, isInt, list } from './field.ts'

/** The `scheduler` group: the learning rate over the run, after a linear warmup. */
export const schedulerSchema = v.pipe(
  v.object({
    name: v.optional(
      choice('The curve after the warmup.', [
        'cosine',
        'constant',
        'step',
        'multistep',
        'one_cycle',
        'polynomial',
      ]),
      'cosine',
    ),
    interval: v.optional(
      choice('Change the rate once an epoch or at every optimizer step.', ['epoch', 'step']),
      'epoch',
    ),
    warmup_epochs: v.optional(
      v.nullable(int('Epochs of linear warmup; null takes model.warmup_epochs.', { min: 0 })),
      null,
    ),
    warmup_steps: v.optional(
      v.nullable(int('Optimizer steps of linear warmup instead of epochs (interval step).', { min: 0 })),
      null,
    ),
    warmup_start_factor: v.optional(
      v.nullable(
        float('Warmup starts at this share of the learning rate; null takes model.warmup_start_factor.', {
          above: 0,
          max: 1,
        }),
      ),
      null,
    ),
    eta_min_factor: v.optional(
      v.nullable(
        float('The cosine ends at this share of the learning rate; null takes model.cosine_eta_min_factor.', {
          min: 0,
          max: 1,
        }),
      ),
      null,
    ),
    step_size: v.optional(int('Epochs (or steps) between two drops of `step`.', { min: 1 }), 30),
    gamma: v.optional(float('Factor of each drop of `step` and `multistep`.', { above: 0 }), 0.1),
    milestones: v.optional(
      list('Epochs (or steps) of the drops of `multistep`, counted from the end of the warmup.', {
        expected: 'integers ≥ 1',
        json: { type: 'integer', minimum: 1 },
        parse: (input) => (isInt(input) && input >= 1 ? input : undefined),
      }),
      [],
    ),
    max_factor: v.optional(float('Peak of `one_cycle` as a multiple of the learning rate.', { above: 0 }), 1),
    pct_start: v.optional(float('Share of `one_cycle` that rises.', { above: 0, below: 1 }), 0.3),
    div_factor: v.optional(float('`one_cycle` starts at peak / div_factor.', { above: 0 }), 25),
    final_div_factor: v.optional(float('`one_cycle` ends at start / final_div_factor.', { above: 0 }), 1e4),
    power: v.optional(float('Exponent of `polynomial`.', { above: 0 }), 1),
  }),
  v.forward(
    v.check(
      ({ interval, warmup_steps }) => warmup_steps === null || interval === 'step',
      'warmup_steps needs `interval: step`; use warmup_epochs',
    ),
    ['warmup_steps'],
  ),
  v.forward(
    v.check(
      ({ warmup_epochs, warmup_steps }) => warmup_steps === null || warmup_epochs === null,
      'say `warmup_steps` or `warmup_epochs`, not both',
    ),
    ['warmup_steps'],
  ),
  v.forward(
    v.check(
      ({ name, milestones }) => name !== 'multistep' || milestones.length > 0,
      'multistep needs milestones: [30, 60, 80]',
    ),
    ['milestones'],
  ),
)
