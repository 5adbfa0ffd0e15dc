import { availableParallelism } from 'node:os'
import {
  datasetSpec,
  type MachineFacts,
  pretrainedArchitecture,
  type ResolvedPlan,
  resolvePlan,
} from '../config/plan/index.ts'
import type { Config } from '../config/schema/config.ts'
import type { ConfigProblem } from '../errors/index.ts'
import { DEFAULT_OUTPUT, generateJerseyNumbers } from '../generate/index.ts'
import type { Logger } from '../logging/logger.ts'
import type { Dataset } from '../native/engine.ts'
import type { NativeEngine } from '../native/native-engine.ts'
import type { DatasetSpec } from '../native/spec.d.ts'
import { pretrainedWeights } from './pretrained-weights.ts'

/** A plan and the data set that it was made for. */
export interface PlannedTraining extends ResolvedPlan {
  readonly dataset: Dataset
  readonly datasetSpec: DatasetSpec
}

/** Scans the data (made first where the configuration names none) and resolves the plan; says every warning once. */
export async function planTraining(
  config: Config,
  engine: NativeEngine,
  logger: Logger,
): Promise<PlannedTraining> {
  const root = config.data.data_root ?? (await embeddedData(logger))
  const spec = datasetSpec(config, root)
  const dataset = await engine.openDataset(spec)
  for (const warning of dataset.summary.warnings) logger.warn(warning)
  const wanted = pretrainedArchitecture(config)
  const pretrained = wanted === null ? null : await pretrainedWeights(wanted, logger)
  const resolved = resolvePlan(config, dataset.summary, machineFacts(engine), pretrained)
  sayProblems(resolved.warnings, logger)
  return { ...resolved, dataset, datasetSpec: spec }
}

/** Says warnings about a configuration, one line each. */
export function sayProblems(problems: readonly ConfigProblem[], logger: Logger): void {
  for (const { key, message, hint } of problems)
    logger.warn(
      [key === undefined ? message : `${key}: ${message}`, ...(hint === undefined ? [] : [hint])].join('; '),
    )
}

/** What this machine can do, as the plan must know it. */
export function machineFacts(engine: Pick<NativeEngine, 'cudaAvailable' | 'cpuHasBf16'>): MachineFacts {
  const accelerator = engine.cudaAvailable ? 'cuda' : 'cpu'
  return { cores: availableParallelism(), accelerator, bf16: engine.cudaAvailable || engine.cpuHasBf16 }
}

async function embeddedData(logger: Logger): Promise<string> {
  const { output, reused, splits } = await generateJerseyNumbers({ output: DEFAULT_OUTPUT })
  const images = Object.values(splits).reduce((sum, split) => sum + split.images, 0)
  logger.info(
    reused
      ? `data.data_root is not set: training on the generated jersey numbers in ${output}`
      : `data.data_root is not set: generated ${images} jersey numbers in ${output} to train on`,
  )
  return output
}
