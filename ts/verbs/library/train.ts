import * as v from 'valibot'
import { parseCommandLine } from '../../config/command-line.ts'
import { type Composition, composeTree } from '../../config/index.ts'
import { prepareRun } from '../../config/run-directory.ts'
import { ConfigError } from '../../errors/index.ts'
import { followCore } from '../../logging/core-log.ts'
import type { Callback } from '../../train/callback.ts'
import { composeOptions, discardEmptyRun, typedConfig } from '../compose-training.ts'
import { openEngine } from '../open-engine.ts'
import { sayProblems } from '../plan-training.ts'
import { runTraining } from '../train.ts'
import type { TrainingOutcome } from '../training-job.ts'
import { callerLogger, type Listener } from './caller-logger.ts'
import { checkOptions, path } from './check-options.ts'

/** What to train, and who follows it. */
export interface TrainOptions {
  /** A directory of YAML, searched before the package's own tree. */
  readonly configDir?: string | undefined
  /** The primary config, with or without `.yaml`; `train` by default. */
  readonly configName?: string | undefined
  /** Override words, as on the command line: `model=resnet50`, `trainer.max_epochs=3`, `hydra.run.dir=DIR`. */
  readonly overrides?: readonly string[] | undefined
  /** Asked after the configured ones, in this order. */
  readonly callbacks?: readonly Callback[] | undefined
  /** Aborted: the run is saved and ends as `interrupted`; the same call goes on with it if `hydra.run.dir` is the same. */
  readonly signal?: AbortSignal | undefined
  /** Gets the lines that the command writes; without one, warnings and errors go to stderr. */
  readonly logger?: Listener | undefined
}

const entries = {
  configDir: v.optional(path),
  configName: v.optional(path),
  overrides: v.optional(v.array(v.string())),
  callbacks: v.optional(
    v.array(v.looseObject({ name: v.string(), role: v.picklist(['observer', 'controller']) })),
  ),
  signal: v.optional(v.instance(AbortSignal)),
  logger: v.optional(v.looseObject({ log: v.function() })),
}

/** @see train in `ts/index.ts` */
export async function train(options: TrainOptions = {}): Promise<TrainingOutcome> {
  const startedAt = Date.now()
  checkOptions('train', entries, options)
  const { configDir, configName } = options
  const line = {
    ...parseCommandLine([]),
    configDir,
    configName,
    overrides: [...(options.overrides ?? []), 'hydra.mode=RUN'],
  }
  const composition = composeTree({ ...composeOptions(line), mode: 'run' })
  const directory = prepareRun(composition).path
  if (directory === undefined)
    throw new ConfigError({
      key: 'hydra.run.dir',
      message: 'a training needs a run folder',
      hint: 'leave it as it is or name a folder',
    })
  const { config, plain, warnings } = typed(composition, directory)
  const { logger, sinks } = callerLogger('train', config.log_level, options.logger)
  sayProblems([...composition.warnings, ...warnings], logger)
  let stopCoreLog = (): void => {}
  const engine = openEngine(config.trainer.accelerator).then((native) => {
    stopCoreLog = followCore(native, logger)
    return native
  })
  try {
    return await runTraining(
      { config, composed: plain, directory },
      {
        engine,
        logger,
        sinks,
        interrupt: options.signal ?? new AbortController().signal,
        callbacks: options.callbacks ?? [],
        startedAt,
      },
    )
  } finally {
    stopCoreLog()
  }
}

function typed(composition: Composition, directory: string): ReturnType<typeof typedConfig> {
  try {
    return typedConfig(composition)
  } catch (error) {
    discardEmptyRun(directory)
    throw error
  }
}
