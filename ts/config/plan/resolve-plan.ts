import { ConfigError, type ConfigProblem } from '../../errors/index.ts'
import type { DatasetSummary, LoaderSpec, Plan } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'
import { withPlaces } from '../schema/places.ts'
import { Report } from '../schema/report.ts'
import { checkSizes } from './check-sizes.ts'
import { checkClassCounts } from './class-count.ts'
import { balancedWeights, weightsInOrder } from './class-weights.ts'
import { epochLength } from './epoch-length.ts'
import type { MachineFacts } from './machine-facts.ts'
import { resolveCache } from './resolve-cache.ts'
import { resolveLoss } from './resolve-loss.ts'
import { resolveMachine } from './resolve-machine.ts'
import { resolveOptimizer } from './resolve-optimizer.ts'
import { resolvePipelines } from './resolve-pipelines.ts'
import { resolveSampler } from './resolve-sampler.ts'
import { resolveSchedule } from './resolve-schedule.ts'
import { epochsOf, type RunOptions, resolveRun } from './run-options.ts'

export interface ResolvedPlan {
  /** What the engine runs. */
  readonly plan: Plan
  /** What the loop does around it. */
  readonly run: RunOptions
  readonly warnings: readonly ConfigProblem[]
}

/**
 * Joins a configuration with what the scan of its data found and with the machine. Throws a ConfigError with every
 * contradiction. `pretrained` is the file of the ImageNet weights where `pretrainedArchitecture` asks for one.
 */
export function resolvePlan(
  config: Config,
  summary: DatasetSummary,
  facts: MachineFacts,
  pretrained: string | null = null,
): ResolvedPlan {
  const report = new Report()
  const perClass = summary.splits.find(({ split }) => split === 'train')?.per_class ?? []
  checkClassCounts(config, summary, report)
  const pipelines = resolvePipelines(config, report)
  checkSizes(config, pipelines, report)
  const sampler = resolveSampler(config, summary, perClass, report)
  const length = epochLength(config, summary, sampler, report)
  const epochs = epochsOf(config, length.stepsPerEpoch, report)
  const run = resolveRun(config, epochs, length, report)
  const weights = lossWeights(config, summary, perClass, report)
  const loader = {
    batch_size: config.data.batch_size,
    num_workers: config.data.num_workers,
    prefetch_factor: config.data.prefetch_factor ?? defaultPrefetch,
    cache: resolveCache(config),
  }
  const train_loader: LoaderSpec = {
    ...loader,
    transforms: pipelines.train,
    drop_last: config.data.drop_last,
    sampler,
    limit_batches: length.limitTrain,
  }
  const eval_loader: LoaderSpec = {
    ...loader,
    transforms: pipelines.evaluation,
    drop_last: false,
    sampler: { kind: 'sequential' },
    limit_batches: null,
  }
  const { model, trainer } = config
  const plan: Plan = {
    seed: config.seed,
    model: {
      architecture: model.architecture,
      num_classes: summary.classes.length,
      weights: model.weights ?? (model.pretrained ? pretrained : null),
      dropout: model.dropout,
      freeze: [...model.freeze],
      zero_init_residual: model.zero_init_residual,
    },
    machine: resolveMachine(config, facts, report),
    train: {
      max_epochs: epochs,
      loss: resolveLoss(config, weights, perClass),
      optimizer: resolveOptimizer(config),
      schedule: resolveSchedule(config, epochs, length.stepsPerEpoch, run.maxSteps),
      ema: config.ema,
      clip:
        trainer.gradient_clip_val === null
          ? null
          : { algorithm: trainer.gradient_clip_algorithm ?? 'norm', value: trainer.gradient_clip_val },
      accumulate: trainer.accumulate_grad_batches,
      mix: pipelines.mix,
    },
    train_loader,
    eval_loader,
  }
  if (report.problems.length > 0) throw new ConfigError(withPlaces(config, report.problems))
  return { plan, run, warnings: withPlaces(config, report.warnings) }
}

/** Batches kept ready per worker, as in PyTorch. */
const defaultPrefetch = 2

/** The network whose ImageNet weights the run starts from; `null` when it needs none. */
export function pretrainedArchitecture({ model }: Config): Plan['model']['architecture'] | null {
  return model.pretrained && model.weights === null ? model.architecture : null
}

function lossWeights(
  { data, model }: Config,
  summary: DatasetSummary,
  perClass: readonly number[],
  report: Report,
): number[] | null {
  if (data.class_weights === 'none') return null
  if (model.loss_name === 'logit_adjusted') {
    report.problem({
      key: 'data.class_weights',
      message: 'the logit-adjusted loss corrects for imbalance by itself',
      hint: 'data.class_weights=none, or another model.loss_name',
    })
    return null
  }
  if (data.class_weights === 'balanced') return balancedWeights(perClass)
  return weightsInOrder(data.class_weights, summary.classes, 'data.class_weights', report) ?? null
}
