import * as v from 'valibot'
import type { Transform } from '../../native/spec.d.ts'
import { asNumber, field } from '../schema/field.ts'
import { probability } from './arguments.ts'
import { torchvision } from './transform-target.ts'

/** The steps of a container. The reader has parsed them already; see `readStep`. */
const steps = () =>
  field<Transform[]>('The transforms inside.', {
    expected: 'a list of transforms',
    json: { $ref: '#/$defs/pipeline' },
    parse: (input) => (Array.isArray(input) ? input : undefined),
  })

const weights = field<number[] | null>('A weight for each transform; null: all alike.', {
  expected: 'a list of weights ≥ 0',
  json: { anyOf: [{ type: 'array', items: { type: 'number', minimum: 0 } }, { type: 'null' }] },
  parse: (input) => {
    if (input === null) return null
    if (!Array.isArray(input)) return undefined
    const parsed = input.map(asNumber)
    const usable = parsed.every((weight) => weight !== undefined && weight >= 0)
    return usable && parsed.some((weight) => weight !== 0) ? (parsed as number[]) : undefined
  },
})

const container = { container: true }

export const containers = [
  torchvision('compose', 'Compose', v.object({ transforms: steps() }), container),
  torchvision('random_apply', 'RandomApply', v.object({ transforms: steps(), p: probability() }), container),
  torchvision(
    'random_choice',
    'RandomChoice',
    v.pipe(
      v.object({ transforms: steps(), p: v.optional(weights, null) }),
      v.check(
        ({ transforms, p }) => p === null || p.length === transforms.length,
        '`p` needs one weight for each of `transforms`',
      ),
    ),
    container,
  ),
  torchvision('random_order', 'RandomOrder', v.object({ transforms: steps() }), container),
  torchvision('identity', 'Identity', v.object({}), { aliases: ['torch.nn.Identity'] }),
] as const
