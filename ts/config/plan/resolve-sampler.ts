import type { DatasetSummary, SamplerSpec } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'
import type { Report } from '../schema/report.ts'
import { inverseFrequencies, weightsInOrder } from './class-weights.ts'
import { samplesOf } from './epoch-length.ts'

/** In which order and proportions the train split is drawn. */
export function resolveSampler(
  config: Config,
  summary: DatasetSummary,
  perClass: readonly number[],
  report: Report,
): SamplerSpec {
  const { sampler, shuffle } = config.data
  const { overfit_batches: overfit } = config.trainer
  if (overfit.kind !== 'count' || overfit.batches > 0) return { kind: 'sequential' }
  if (sampler.mode === 'disabled') return { kind: shuffle ? 'shuffle' : 'sequential' }
  const { num_samples, replacement, class_weights } = sampler
  const weights =
    sampler.mode === 'auto' || class_weights === null
      ? inverseFrequencies(perClass)
      : weightsInOrder(class_weights, summary.classes, 'data.sampler.class_weights', report)
  const images = samplesOf(summary, 'train')
  if (!replacement && (num_samples ?? 0) > images)
    report.problem({
      key: 'data.sampler.num_samples',
      message: `cannot draw ${num_samples} of ${images} images without replacement`,
      hint: 'data.sampler.replacement=true',
    })
  return { kind: 'weighted', class_weights: weights ?? [], num_samples, replacement }
}
