import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { trainingHistoryPlot } from '../plot/training-history.ts'
import type { Callback, EpochEvent, RunContext } from '../train/callback.ts'
import type { EpochRecord } from '../train/history.ts'
import { defineCallback } from './define.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'
import { writtenPicture } from './written-picture.ts'

const schema = v.strictObject({ output_dir: outputDirectory })

const State = v.object({ learning_rates: v.array(v.tuple([v.number(), v.number()])) })

/**
 * Draws loss, accuracy and learning rate of all epochs after each of them, from the history that lies in the checkpoint,
 * so that a resumed run shows the whole. Writes `training_history/training_history.png` and `history.json` beside it.
 */
export const trainingHistory = defineCallback({
  name: 'training_history',
  aliases: classifierTrainingNames('plotting', 'TrainingHistoryCallback'),
  schema,
  create: (options): Callback => {
    // The engine reports the rate whether or not a monitor logs it.
    let rates: [epoch: number, rate: number][] = []
    return {
      name: 'training_history',
      role: 'observer',
      epochEnd: async (event, context) => {
        rates = [
          ...rates.filter(([epoch]) => epoch < event.epoch),
          [event.epoch, event.train.last.learning_rate],
        ]
        const records = recordsWith(context, event)
        const curve = (...names: string[]): [number, number][] =>
          records.flatMap(({ epoch, scalars }) => {
            const value = names.map((name) => scalars[name]).find((candidate) => candidate !== undefined)
            return value === undefined ? [] : [[epoch, value]]
          })
        const directory = historyFolder(runPath(context.directory, options.output_dir))
        const png = await trainingHistoryPlot({
          trainLoss: curve('train/loss_epoch', 'train/loss'),
          valLoss: curve('val/loss'),
          trainAccuracy: curve('train/acc_top1'),
          valAccuracy: curve('val/acc_top1'),
          valTop5: context.classes.length > 5 ? curve('val/acc_top5') : [],
          learningRate: rates,
          caption: context.plan.model.architecture,
        })
        await mkdir(directory, { recursive: true })
        await writeFile(join(directory, 'history.json'), historyJson(records, rates))
        const path = join(directory, 'training_history.png')
        return [await writtenPicture(path, png, 'training_history', `Epochs 0 to ${event.epoch}`)]
      },
      state: () => ({ learning_rates: rates }),
      restore: (state) => {
        rates = v.parse(State, state).learning_rates
      },
    }
  },
})

/** The history with the epoch that just ended, whether or not it has been added yet. */
function recordsWith(context: RunContext, event: EpochEvent): readonly EpochRecord[] {
  const before = context.history.records.filter(({ epoch }) => epoch !== event.epoch)
  return [...before, { epoch: event.epoch, step: event.position.step, scalars: event.scalars }]
}

function historyJson(records: readonly EpochRecord[], rates: readonly (readonly [number, number])[]): string {
  const rateOf = new Map(rates)
  const epochs = records.map(({ epoch, step, scalars }) => ({
    epoch,
    step,
    learning_rate: rateOf.get(epoch) ?? null,
    ...scalars,
  }))
  return `${JSON.stringify({ epochs }, null, 2)}\n`
}

/** `training_history` below the output folder, which may be that folder already. */
function historyFolder(output: string): string {
  return basename(output) === 'training_history' ? output : join(output, 'training_history')
}
