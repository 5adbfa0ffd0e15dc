import type { DatasetSummary, OpenReport, Plan } from '../native/spec.d.ts'

/** What trains where, in one line: the first thing to look at where a run is slow or other than expected. */
export function describeTraining(plan: Plan, model: OpenReport, { classes }: DatasetSummary): string {
  const { num_workers, batch_size } = plan.train_loader
  const { accumulate } = plan.train
  const window = accumulate > 1 ? ` × ${accumulate}` : ''
  return [
    `${plan.model.architecture}, ${counted(classes.length, 'class', 'classes')}`,
    `${model.device}, ${model.precision}, ${model.channels_last ? 'channels_last' : 'contiguous'}`,
    num_workers === 0 ? 'no decode threads' : counted(num_workers, 'decode thread', 'decode threads'),
    `batch ${batch_size}${window}, ${counted(Number(model.steps_per_epoch), 'step', 'steps')} an epoch`,
  ].join(' · ')
}

function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}
