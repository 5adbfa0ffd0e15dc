import * as v from 'valibot'

const params = v.nullish(v.unknown())
const count = v.pipe(v.number(), v.integer(), v.minValue(1))

/** `hydra/sweeper=random`. */
export const RandomOptions = v.strictObject({
  _target_: v.string(),
  n_trials: v.optional(count, 20),
  seed: v.optional(v.pipe(v.number(), v.integer()), 0),
  max_batch_size: v.nullish(count, null),
  params,
})

/** Of Optuna's samplers, those that sample one objective. */
export const samplerNames = [
  'TPESampler',
  'RandomSampler',
  'CmaEsSampler',
  'GPSampler',
  'QMCSampler',
  'NSGAIISampler',
] as const

const Sampler = v.objectWithRest(
  {
    _target_: v.pipe(
      v.string(),
      v.transform((target) => target.replace(/^optuna\.samplers\./, '')),
      v.picklist(samplerNames, `must be one of optuna.samplers.{${samplerNames.join(', ')}}`),
    ),
  },
  v.union([v.null(), v.boolean(), v.number(), v.string()]),
)

/** `hydra/sweeper=optuna`; the keys of Hydra's own Optuna sweeper are known. */
export const OptunaOptions = v.strictObject({
  _target_: v.string(),
  n_trials: v.optional(count, 20),
  n_jobs: v.optional(count, 2),
  metric: v.nullish(v.string(), null),
  direction: v.nullish(v.picklist(['minimize', 'maximize']), null),
  sampler: v.nullish(Sampler, { _target_: 'optuna.samplers.TPESampler' }),
  python: v.optional(v.string(), 'python3'),
  params,
  study_name: v.nullish(v.string()),
  max_failure_rate: v.nullish(v.number()),
  storage: v.nullish(
    v.custom<null>(
      (value) => value === null,
      'must be null: what was tried is read from sweep.json, not from a data base',
    ),
  ),
  custom_search_space: v.nullish(
    v.custom<null>((value) => value === null, 'must be null: it would be Python code'),
  ),
})
export type OptunaOptions = v.InferOutput<typeof OptunaOptions>

/** `hydra/launcher=local`. */
export const LocalOptions = v.strictObject({
  _target_: v.string(),
  n_jobs: v.nullish(
    v.pipe(
      v.number(),
      v.integer(),
      v.check((jobs) => jobs === -1 || jobs >= 1, 'must be at least 1, or -1 for one each core'),
    ),
    null,
  ),
  threads: v.nullish(count, null),
  devices: v.nullish(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.minLength(1)), null),
  max_restarts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 3),
  early_stopping: v.nullish(
    v.strictObject({
      min_epochs: v.optional(count, 1),
      reduction_factor: v.optional(v.pipe(v.number(), v.minValue(2)), 3),
      metric: v.nullish(v.string(), null),
      mode: v.nullish(v.picklist(['min', 'max']), null),
    }),
    null,
  ),
})
export type LocalOptions = v.InferOutput<typeof LocalOptions>
