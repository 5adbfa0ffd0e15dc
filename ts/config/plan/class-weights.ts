import type { DeepReadonly } from '../schema/deep-readonly.ts'
import type { Report } from '../schema/report.ts'
import type { ClassWeights } from '../schema/sampler.ts'
import { nearest } from '../suggest/nearest.ts'

/** Loss weights N / (C · n) from the images of each class; a class without images weighs nothing. */
export function balancedWeights(perClass: readonly number[]): number[] {
  const total = perClass.reduce((sum, count) => sum + count, 0)
  return perClass.map((count) => (count === 0 ? 0 : total / (perClass.length * count)))
}

/** Sampling weights 1 / n, scaled so that they sum to the number of classes. */
export function inverseFrequencies(perClass: readonly number[]): number[] {
  const inverse = perClass.map((count) => (count === 0 ? 0 : 1 / count))
  const sum = inverse.reduce((total, weight) => total + weight, 0)
  return inverse.map((weight) => (weight * perClass.length) / sum)
}

/** Configured weights in index order. Every class needs one, and no other may be named. */
export function weightsInOrder(
  weights: DeepReadonly<ClassWeights>,
  classes: readonly string[],
  key: string,
  report: Report,
): number[] | undefined {
  if (Array.isArray(weights)) {
    if (weights.length === classes.length) return [...weights]
    const message = `${weights.length} weights for ${classes.length} classes`
    report.problem({ key, message, hint: `index order: ${classes.join(', ')}` })
    return undefined
  }
  const named = weights as Readonly<Record<string, number>>
  const unknown = Object.keys(named).filter((name) => !classes.includes(name))
  const absent = classes.filter((name) => !Object.hasOwn(named, name))
  for (const name of unknown)
    report.problem({
      key: `${key}.${name}`,
      message: `no class '${name}' in the data`,
      suggestions: nearest(name, classes),
    })
  if (absent.length > 0) report.problem({ key, message: `no weight for ${absent.join(', ')}` })
  return unknown.length + absent.length > 0 ? undefined : classes.map((name) => named[name] ?? 0)
}
