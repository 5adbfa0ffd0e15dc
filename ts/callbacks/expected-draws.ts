import type { SamplerSpec } from '../native/spec.d.ts'

/**
 * How many of `drawn` images a sampler should take of each class, on average, from `perClass` images of each. For weighted
 * draws without replacement the images are taken in the order of exponential keys (Efraimidis & Spirakis 2006), of which
 * the expectation is that of a common stopping time.
 */
export function expectedDraws(sampler: SamplerSpec, perClass: readonly number[], drawn: number): number[] {
  const images = perClass.reduce((sum, count) => sum + count, 0)
  if (images === 0) return perClass.map(() => 0)
  if (sampler.kind !== 'weighted') return perClass.map((count) => (count / images) * drawn)
  const weights = perClass.map((_, index) => sampler.class_weights[index] ?? 0)
  if (sampler.replacement) {
    const mass = perClass.map((count, index) => count * (weights[index] ?? 0))
    const total = mass.reduce((sum, share) => sum + share, 0)
    return total === 0 ? perClass.map(() => 0) : mass.map((share) => (share / total) * drawn)
  }
  const drawable = perClass.reduce((sum, count, index) => sum + ((weights[index] ?? 0) > 0 ? count : 0), 0)
  if (drawn >= drawable) return perClass.map((count, index) => ((weights[index] ?? 0) > 0 ? count : 0))
  const at = (time: number): number[] =>
    perClass.map((count, index) => count * -Math.expm1(-(weights[index] ?? 0) * time))
  let [low, high] = [0, 1]
  const total = (time: number): number => at(time).reduce((sum, count) => sum + count, 0)
  while (total(high) < drawn) high *= 2
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (total(middle) < drawn) low = middle
    else high = middle
  }
  return at(high)
}
