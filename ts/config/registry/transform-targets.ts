import { batchMixes } from './batch-mixes.ts'
import { color } from './color.ts'
import { containers } from './containers.ts'
import { degradations } from './degradations.ts'
import { geometry } from './geometry.ts'
import { policies } from './policies.ts'
import type { TransformTarget } from './transform-target.ts'
import { types } from './types.ts'

/** Every transform, with its literal kind: the type tests compare them with the boundary's. */
export const allTransforms = [
  ...containers,
  ...geometry,
  ...color,
  ...policies,
  ...batchMixes,
  ...types,
  ...degradations,
] as const

/** Every transform that a configuration may name. */
export const transformTargets: readonly TransformTarget[] =
  allTransforms as readonly unknown[] as readonly TransformTarget[]
