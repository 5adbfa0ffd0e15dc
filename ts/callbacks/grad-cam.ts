import { join } from 'node:path'
import * as v from 'valibot'
import { int, text } from '../config/schema/field.ts'
import { gradCamSheetPlot } from '../plot/grad-cam-sheet.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { evaluatedFolder, evaluatedName } from './evaluated-split.ts'
import { heatedImages } from './heated-images.ts'
import { outputDirectory } from './output-directory.ts'
import { galleryRows } from './prediction-gallery.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'
import { evenlySpread, type ScoredImage, scoredImages } from './scored-images.ts'
import { writtenPicture } from './written-picture.ts'

const schema = v.strictObject({
  output_dir: outputDirectory,
  num_samples: v.optional(int('Pictures on the sheet.', { min: 1, max: 96 }), 12),
  every_n_epochs: v.optional(int('Draw after every n-th epoch.', { min: 1 }), 1),
  layer: v.nullish(text('layer1 … layer4; null is the deepest one whose map has 4 cells each way.'), null),
})

/** Draws `epoch_NNN/grad_cam.png`: the worst mistakes and a spread of right answers, each with what spoke for its class. */
export const gradCam = defineCallback({
  name: 'grad_cam',
  aliases: classifierTrainingNames('grad_cam', 'GradCAMCallback'),
  schema,
  create: (options): Callback => ({
    name: 'grad_cam',
    role: 'observer',
    validationEnd: async (event, context) => {
      if (event.sanity || (event.split === 'val' && (event.epoch + 1) % options.every_n_epochs !== 0))
        return undefined
      const scored = scoredImages(event.evaluation, context.classes.length)
      const { images, layer } = await heatedImages(
        shownImages(scored, options.num_samples),
        event,
        options.layer,
      )
      const name = (index: number): string => context.classes[index] ?? String(index)
      const caption = `${evaluatedName(event)}  ·  what spoke for the predicted class, in ${layer}`
      const png = await gradCamSheetPlot({
        samples: images.map(({ scored: image, ...heated }) => ({
          ...heated,
          trueName: name(image.trueClass),
          predictedName: name(image.predictedClass),
          confidence: image.confidence,
          correct: image.trueClass === image.predictedClass,
        })),
        caption,
      })
      const directory = join(runPath(context.directory, options.output_dir), evaluatedFolder(event))
      return [await writtenPicture(join(directory, 'grad_cam.png'), png, `${event.split}/grad_cam`, caption)]
    },
  }),
})

/** Half of them mistakes, the surest first, where there are so many; the others spread over what was right. */
export function shownImages(scored: readonly ScoredImage[], count: number): ScoredImage[] {
  const right = scored.filter(({ trueClass, predictedClass }) => trueClass === predictedClass)
  const wrong = galleryRows(scored, Math.max(Math.floor(count / 2), count - right.length)).mistakes
  const spread = evenlySpread(right.length, count - wrong.length).flatMap((place) => right[place] ?? [])
  return [...wrong, ...spread]
}
