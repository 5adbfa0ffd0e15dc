import * as v from 'valibot'
import type { PipelineStep } from '../registry/transform-target.ts'
import type { Target } from '../target.ts'
import { dataSchema } from './data.ts'
import type { DeepReadonly } from './deep-readonly.ts'
import { emaSchema } from './ema.ts'
import { mixSchema } from './mix.ts'
import { type architectures, modelSchema } from './model.ts'
import { optimizerSchema } from './optimizer.ts'
import { runSchema } from './run.ts'
import { schedulerSchema } from './scheduler.ts'
import { trainerSchema } from './trainer.ts'
import { transformsSchema } from './transforms.ts'

/** The typed groups. `callbacks` and `logging` hold targets by name instead. */
export const groupSchemas = {
  model: modelSchema,
  data: dataSchema,
  transforms: transformsSchema,
  trainer: trainerSchema,
  optimizer: optimizerSchema,
  scheduler: schedulerSchema,
  ema: emaSchema,
  mix: mixSchema,
} as const

/** All keys that are known without looking at a tree. */
export const configSchema = v.object({ ...runSchema.entries, ...groupSchemas })

export type RunConfig = DeepReadonly<v.InferOutput<typeof runSchema>>
export type ModelConfig = DeepReadonly<
  v.InferOutput<typeof modelSchema> & { architecture: (typeof architectures)[number] }
>
export type DataConfig = DeepReadonly<v.InferOutput<typeof dataSchema>>
export type TrainerConfig = DeepReadonly<v.InferOutput<typeof trainerSchema>>
export type OptimizerConfig = DeepReadonly<v.InferOutput<typeof optimizerSchema>>
export type SchedulerConfig = DeepReadonly<v.InferOutput<typeof schedulerSchema>>
export type EmaConfig = DeepReadonly<v.InferOutput<typeof emaSchema>>
export type MixConfig = DeepReadonly<v.InferOutput<typeof mixSchema>>

/** `null`: the standard pipeline of that split. */
export interface TransformsConfig {
  readonly image_size: number | null
  readonly train: readonly DeepReadonly<PipelineStep>[] | null
  readonly val: readonly DeepReadonly<PipelineStep>[] | null
  readonly test: readonly DeepReadonly<PipelineStep>[] | null
}

/** A callback or logger as configured. */
export interface Configured<T extends Target> {
  /** Its key in the group. */
  readonly key: string
  /** Its `_target_` as written. */
  readonly target: string
  readonly definition: T
  /** What the definition's schema made of its arguments. */
  readonly options: unknown
}

/** A whole configuration, parsed: deeply read-only, every default filled in. */
export interface Config<Callback extends Target = Target, Logger extends Target = Target> extends RunConfig {
  readonly model: ModelConfig
  readonly data: DataConfig
  readonly transforms: TransformsConfig
  readonly trainer: TrainerConfig
  readonly optimizer: OptimizerConfig
  readonly scheduler: SchedulerConfig
  /** From the `ema` group or the EMA callback; `null` is off. */
  readonly ema: EmaConfig | null
  readonly mix: MixConfig
  readonly callbacks: readonly Configured<Callback>[]
  readonly logging: readonly Configured<Logger>[]
}
