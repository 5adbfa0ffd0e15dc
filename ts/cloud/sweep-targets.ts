import type { Target } from '../config/target.ts'
import { LocalOptions, OptunaOptions, RandomOptions } from '../sweep/sweeper-options.ts'
import { KubernetesOptions, SkypilotOptions, VertexOptions } from './cloud-options.ts'

/** What `hydra.launcher._target_` may name, beside Hydra's own. */
export const launcherTargets: readonly Target[] = [
  { name: 'classifier_training.sweep.LocalLauncher', aliases: [], schema: LocalOptions },
  { name: 'classifier_training.cloud.VertexLauncher', aliases: [], schema: VertexOptions },
  { name: 'classifier_training.cloud.SkypilotLauncher', aliases: [], schema: SkypilotOptions },
  { name: 'classifier_training.cloud.KubernetesLauncher', aliases: [], schema: KubernetesOptions },
]

/** What `hydra.sweeper._target_` may name, beside Hydra's own. */
export const sweeperTargets: readonly Target[] = [
  { name: 'classifier_training.sweep.RandomSweeper', aliases: [], schema: RandomOptions },
  {
    name: 'classifier_training.sweep.OptunaSweeper',
    aliases: ['hydra_plugins.hydra_optuna_sweeper.optuna_sweeper.OptunaSweeper'],
    schema: OptunaOptions,
  },
]
