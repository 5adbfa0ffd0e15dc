import { join } from 'node:path'
import * as v from 'valibot'
import { int } from '../config/schema/field.ts'
import { sampleGridPlot } from '../plot/sample-grid.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { evaluatedFolder, evaluatedName } from './evaluated-split.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'
import { SamplePictures } from './sample-pictures.ts'
import { evenlySpread, scoredImages } from './scored-images.ts'
import { writtenPicture } from './written-picture.ts'

const schema = v.strictObject({
  output_dir: outputDirectory,
  num_samples: v.optional(int('Pictures on the sheet.', { min: 1, max: 256 }), 16),
})

/**
 * Draws `epoch_NNN/sample_predictions.png` after every validation: images spread over the whole split, the same ones
 * every time, from the forward pass that scored them.
 */
export const sampleVisualization = defineCallback({
  name: 'sample_visualization',
  aliases: classifierTrainingNames('visualization', 'SampleVisualizationCallback'),
  schema,
  create: (options): Callback => {
    const pictures = new SamplePictures()
    return {
      name: 'sample_visualization',
      role: 'observer',
      validationEnd: async (event, context) => {
        if (event.sanity) return undefined
        const scored = scoredImages(event.evaluation, context.classes.length)
        const chosen = evenlySpread(scored.length, options.num_samples).flatMap(
          (place) => scored[place] ?? [],
        )
        const caption = evaluatedName(event)
        const png = await sampleGridPlot({
          samples: await pictures.of(chosen, event.split, context),
          caption,
        })
        const directory = join(runPath(context.directory, options.output_dir), evaluatedFolder(event))
        const path = join(directory, 'sample_predictions.png')
        return [await writtenPicture(path, png, `${event.split}/sample_predictions`, caption)]
      },
    }
  },
})
