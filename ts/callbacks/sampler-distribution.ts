import { join } from 'node:path'
import * as v from 'valibot'
import { samplerDistributionPlot } from '../plot/sampler-distribution.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { expectedDraws } from './expected-draws.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { epochFolder, runPath } from './run-path.ts'
import { writtenPicture } from './written-picture.ts'

const schema = v.strictObject({ output_dir: outputDirectory })

const WORDS = { sequential: 'in order', shuffle: 'shuffled', weighted: 'weighted' } as const

/**
 * Draws `epoch_NNN/sampler_distribution.png`: how often each class was drawn against what was expected. Without weights
 * every epoch draws the same, so only the first is drawn.
 */
export const samplerDistribution = defineCallback({
  name: 'sampler_distribution',
  aliases: classifierTrainingNames('sampler', 'SamplerDistributionCallback'),
  schema,
  create: (options): Callback => ({
    name: 'sampler_distribution',
    role: 'observer',
    epochEnd: async (event, context) => {
      const { sampler } = context.plan.train_loader
      if (sampler.kind !== 'weighted' && event.epoch > 0) return undefined
      const drawn = event.train.drawn_per_class
      const total = drawn.reduce((sum, count) => sum + count, 0)
      const perClass = context.summary.splits.find(({ split }) => split === 'train')?.per_class ?? []
      const caption = `Epoch ${event.epoch}, ${WORDS[sampler.kind]}`
      const png = await samplerDistributionPlot({
        classes: context.classes,
        drawn,
        expected: expectedDraws(sampler, perClass, total),
        caption,
      })
      const directory = join(runPath(context.directory, options.output_dir), epochFolder(event.epoch))
      return [
        await writtenPicture(
          join(directory, 'sampler_distribution.png'),
          png,
          'train/sampler_distribution',
          caption,
        ),
      ]
    },
  }),
})
