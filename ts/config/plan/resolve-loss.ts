import type { LossSpec } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'

/** The loss of the model group; `perClass` are the train split's images of each class. */
export function resolveLoss(
  { model }: Config,
  class_weights: number[] | null,
  perClass: readonly number[],
): LossSpec {
  const { label_smoothing } = model
  switch (model.loss_name) {
    case 'cross_entropy':
      return { kind: 'cross_entropy', label_smoothing, class_weights }
    case 'focal':
      return { kind: 'focal', gamma: model.focal_gamma, label_smoothing, class_weights }
    case 'logit_adjusted': {
      const total = perClass.reduce((sum, count) => sum + count, 0)
      const class_frequencies = perClass.map((count) => count / Math.max(1, total))
      return { kind: 'logit_adjusted', tau: model.logit_adjusted_tau, label_smoothing, class_frequencies }
    }
  }
}
