import type { SweepContext } from '../config/run/sweep-context.ts'
import type { Sweeper } from '../config/sweeper.ts'
import { ConfigError } from '../errors/index.ts'
import type { Objective } from './objective.ts'
import { optunaSweeper } from './optuna/optuna-sweeper.ts'
import { randomSweeper } from './random-sweeper.ts'
import { readOptions, targetOf } from './read-options.ts'
import { searchSpace } from './search-space.ts'
import { OptunaOptions, RandomOptions } from './sweeper-options.ts'

/** The sweeper that `hydra.sweeper` names; undefined for Hydra's own. @throws ConfigError for one that is not known */
export async function chooseSweeper(
  context: SweepContext,
  objective: () => Objective,
): Promise<Sweeper | undefined> {
  const target = targetOf(context, 'sweeper')
  const name = target.split('.').at(-1) ?? ''
  if (name === '' || name === 'BasicSweeper') return undefined
  const space = () => searchSpace(context.words, (group) => context.master.repository.options(group))
  if (name === 'RandomSweeper') return randomSweeper(space(), readOptions(context, 'sweeper', RandomOptions))
  if (name === 'OptunaSweeper')
    return optunaSweeper(space(), readOptions(context, 'sweeper', OptunaOptions), objective(), context.log)
  throw new ConfigError({
    key: 'hydra.sweeper._target_',
    message: `there is no sweeper ${target}`,
    hint: 'choose hydra/sweeper=basic, random or optuna',
  })
}
