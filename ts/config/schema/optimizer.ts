import * as v from 'valibot'
import { asNumber, bool, choice, field, float } from './field.ts'
import { targetField } from './target-field.ts'

/** The `optimizer` group. Learning rate and weight decay are the model group's unless they are said here. */
export const optimizerSchema = v.pipe(
  v.object({
    _target_: v.optional(
      targetField('The optimizer class, as an alternative to `name`.', {
        'torch.optim.AdamW': 'adamw',
        'torch.optim.SGD': 'sgd',
      }),
    ),
    name: v.optional(
      choice('The rule; sam and asam are sharpness-aware minimisation around `base`.', [
        'adamw',
        'sgd',
        'sam',
        'asam',
      ]),
    ),
    base: v.optional(choice('The rule inside sam and asam.', ['adamw', 'sgd']), 'adamw'),
    learning_rate: v.optional(
      v.nullable(float('Peak learning rate; null takes model.learning_rate.', { above: 0 })),
      null,
    ),
    lr: v.optional(v.nullable(float('Another word for `learning_rate`.', { above: 0 })), null),
    weight_decay: v.optional(
      v.nullable(float('Weight decay; null takes model.weight_decay.', { min: 0 })),
      null,
    ),
    betas: v.optional(
      field<readonly [number, number]>('Decay rates of AdamW.', {
        expected: 'two numbers from 0 to below 1',
        json: {
          type: 'array',
          items: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
          minItems: 2,
          maxItems: 2,
        },
        parse: (input) => {
          if (!Array.isArray(input) || input.length !== 2) return undefined
          const [first, second] = input.map(asNumber)
          if (first === undefined || second === undefined) return undefined
          return [first, second].every((beta) => beta >= 0 && beta < 1) ? [first, second] : undefined
        },
      }),
      [0.9, 0.999],
    ),
    eps: v.optional(float('Added to the denominator of AdamW.', { min: 0 }), 1e-8),
    momentum: v.optional(float('Momentum of SGD.', { min: 0, below: 1 }), 0.9),
    dampening: v.optional(float('Dampening of the momentum of SGD.', { min: 0, max: 1 }), 0),
    nesterov: v.optional(bool('Nesterov momentum for SGD.'), false),
    no_decay_norm_bias: v.optional(bool('Leave norms and biases out of weight decay.'), false),
    head_lr_multiplier: v.optional(
      float('Learning rate of the last linear layer, as a multiple of the learning rate.', { above: 0 }),
      1,
    ),
    rho: v.optional(
      v.nullable(float('Radius of sam (0.05) and asam (2.0); null takes those.', { above: 0 })),
      null,
    ),
  }),
  v.forward(
    v.check(
      ({ lr, learning_rate }) => lr === null || learning_rate === null,
      'say `lr` or `learning_rate`, not both',
    ),
    ['lr'],
  ),
  v.forward(
    v.check(
      ({ nesterov, momentum, dampening }) => !nesterov || (momentum > 0 && dampening === 0),
      'nesterov needs a momentum above 0 and no dampening',
    ),
    ['nesterov'],
  ),
)
