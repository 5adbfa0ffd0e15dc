import { chooseCloud } from '../cloud/choose-cloud.ts'
import type { JobOutcome, Launcher } from '../config/launcher.ts'
import type { SweepContext } from '../config/run/sweep-context.ts'
import { hydraValue } from '../config/run-directory.ts'
import type { Sweeper } from '../config/sweeper.ts'
import { ConfigError } from '../errors/index.ts'
import { chooseSweeper } from '../sweep/choose-sweeper.ts'
import { localLauncher } from '../sweep/local-launcher.ts'
import { achieved, modeOf, type Objective } from '../sweep/objective.ts'
import { readOptions, targetOf } from '../sweep/read-options.ts'
import { LocalOptions } from '../sweep/sweeper-options.ts'
import { typedConfig } from '../verbs/compose-training.ts'
import { INDEXED_WORDS_VARIABLE } from './indexed-words.ts'
import { monitorOf } from './monitor-of.ts'

/** What a sweep is after where nothing says: what checkpoints are chosen by. */
const fallback: Objective = { metric: 'val/loss', mode: 'min' }

export async function sweeperOf(context: SweepContext): Promise<Sweeper | undefined> {
  return chooseSweeper(context, () => objectiveOf(context))
}

/** The launcher that `hydra.launcher` names; undefined for Hydra's own. @throws ConfigError */
export async function launcherOf(context: SweepContext): Promise<Launcher | undefined> {
  const target = targetOf(context, 'launcher')
  const name = target.split('.').at(-1) ?? ''
  if (name === '' || name === 'BasicLauncher' || name === 'JoblibLauncher') return undefined
  if (name === 'LocalLauncher')
    return localLauncher(readOptions(context, 'launcher', LocalOptions), context, objectiveOf(context))
  const cloud = chooseCloud(name, context, INDEXED_WORDS_VARIABLE)
  if (cloud) return cloud
  throw new ConfigError({
    key: 'hydra.launcher._target_',
    message: `there is no launcher ${target}`,
    hint: 'choose hydra/launcher=basic, local, vertex, skypilot or kubernetes',
  })
}

export function resultOf({ outputDir }: JobOutcome, context: SweepContext): number | undefined {
  return achieved(outputDir, objectiveOf(context).metric)
}

/** `hydra.sweeper.metric` and its direction, else what the best checkpoint is chosen by. */
function objectiveOf(context: SweepContext): Objective {
  const text = (key: string): string | undefined => {
    const node = hydraValue(context.master, ['sweeper', key])
    return node?.kind === 'str' ? node.value : undefined
  }
  const own = monitored(context)
  const [metric, direction] = [text('metric') ?? own.metric, text('direction')]
  if (direction !== undefined) return { metric, mode: direction === 'maximize' ? 'max' : 'min' }
  return metric === own.metric ? own : { metric, mode: modeOf(metric) }
}

function monitored({ master }: SweepContext): Objective {
  try {
    const monitor = monitorOf(typedConfig(master).config.callbacks)
    return monitor ? { metric: monitor.name, mode: monitor.mode } : fallback
  } catch (error) {
    // What is swept over may be what makes the configuration whole.
    if (error instanceof ConfigError) return fallback
    throw error
  }
}
