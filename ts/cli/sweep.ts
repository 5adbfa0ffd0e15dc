import * as train from './train.ts'

const help = `usage: classifier-training sweep [overrides…] [flags]

Trains once for each combination of the swept values; the same as train --multirun, with the same flags.

  sweep model.learning_rate=1e-4,3e-4 seed=1,2   four runs below outputs/multirun, and a table of what came of them
  sweep hydra/sweeper=optuna …                   random and optuna choose the values themselves
  sweep hydra/launcher=local …                   side by side; vertex, skypilot and kubernetes run them elsewhere
  sweep … hydra.sweep.dir=DIR                    a folder of your own; the same command again goes on where it stopped
  sweep … --dry-run                              what would run
  sweep … --json                                 the results as one line of JSON
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  return train.run(argv.includes('--multirun') || argv.includes('-m') ? argv : ['--multirun', ...argv])
}
