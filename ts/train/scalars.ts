import type { EvaluateReport, TrainReport } from '../native/spec.d.ts'
import type { Scalars } from './callback.ts'

/** A split's metrics under the names that users know; what is not defined (a class without images) is left out. */
export function evaluationScalars(
  prefix: 'val' | 'test',
  report: EvaluateReport,
  classes: readonly string[],
): Scalars {
  const scalars: Record<string, number> = {
    [`${prefix}/loss`]: report.loss,
    [`${prefix}/nll`]: report.nll,
    [`${prefix}/acc_top1`]: report.acc_top1,
    [`${prefix}/acc_top5`]: report.acc_top5,
    [`${prefix}/f1_macro`]: report.f1_macro,
    [`${prefix}/f1_micro`]: report.f1_micro,
    [`${prefix}/precision_macro`]: report.precision_macro,
    [`${prefix}/recall_macro`]: report.recall_macro,
    [`${prefix}/ece`]: report.ece,
  }
  if (report.auroc_macro !== null) scalars[`${prefix}/auroc_macro`] = report.auroc_macro
  for (const [index, entry] of report.per_class.entries())
    if (entry.support > 0)
      scalars[`${prefix}/acc_class_${classes[index] ?? index}`] = entry.correct / entry.support
  return scalars
}

/** What one logged step says. */
export function spanScalars(report: TrainReport, imagesPerSecond: number): Scalars {
  const { last } = report
  return {
    'train/loss': last.loss,
    ...(last.grad_norm === null ? {} : { 'train/grad_norm': last.grad_norm }),
    ...(last.ema_decay === null ? {} : { 'ema/decay': last.ema_decay }),
    ...(last.loss_scale === null ? {} : { 'train/loss_scale': last.loss_scale }),
    'throughput/images_per_second': imagesPerSecond,
  }
}

/** What an epoch of training says, over all its images. */
export function epochScalars(report: TrainReport): Scalars {
  const { images, loss_sum, correct_top1 } = report.epoch_so_far
  return images === 0
    ? {}
    : {
        'train/loss': loss_sum / images,
        'train/loss_epoch': loss_sum / images,
        'train/acc_top1': correct_top1 / images,
      }
}
