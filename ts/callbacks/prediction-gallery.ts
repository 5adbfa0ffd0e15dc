import { join } from 'node:path'
import * as v from 'valibot'
import { int } from '../config/schema/field.ts'
import { type GallerySection, predictionGalleryPlot } from '../plot/prediction-gallery.ts'
import type { Prediction } from '../plot/prediction-tile.ts'
import type { Callback } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { evaluatedFolder, evaluatedName } from './evaluated-split.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'
import { SamplePictures } from './sample-pictures.ts'
import { type ScoredImage, scoredImages } from './scored-images.ts'
import { writtenPicture } from './written-picture.ts'

const schema = v.strictObject({
  output_dir: outputDirectory,
  num_samples: v.optional(int('Pictures in each row.', { min: 1, max: 24 }), 6),
  every_n_epochs: v.optional(int('Draw after every n-th epoch.', { min: 1 }), 1),
})

/** Which images each row of a gallery shows, of those that were scored. */
export function galleryRows(
  scored: readonly ScoredImage[],
  count: number,
): Record<GalleryRow, ScoredImage[]> {
  const falling = (a: ScoredImage, b: ScoredImage): number => b.confidence - a.confidence || a.row - b.row
  const wrong = scored.filter(({ trueClass, predictedClass }) => trueClass !== predictedClass)
  const right = scored.filter(({ trueClass, predictedClass }) => trueClass === predictedClass)
  return {
    mistakes: wrong.sort(falling).slice(0, count),
    unsure: [...scored].sort((a, b) => a.confidence - b.confidence || a.row - b.row).slice(0, count),
    sure: right.sort(falling).slice(0, count),
  }
}

type GalleryRow = 'mistakes' | 'unsure' | 'sure'

const WORDS: Record<GalleryRow, Omit<GallerySection, 'samples'>> = {
  mistakes: { title: 'Confident mistakes', note: 'wrong, the surest first', emptyText: 'No mistakes.' },
  unsure: { title: 'Least confident', note: 'right or wrong, the least sure first', emptyText: 'No images.' },
  sure: { title: 'Most confident', note: 'right, the surest first', emptyText: 'Nothing was right.' },
}

/** The rows with their words and pictures. */
export async function gallerySections(
  scored: readonly ScoredImage[],
  count: number,
  read: (images: readonly ScoredImage[]) => Promise<Prediction[]>,
): Promise<GallerySection[]> {
  const rows = galleryRows(scored, count)
  const sections: GallerySection[] = []
  for (const row of ['mistakes', 'unsure', 'sure'] as const)
    sections.push({ ...WORDS[row], samples: await read(rows[row]) })
  return sections
}

/** Draws `epoch_NNN/prediction_gallery.png`: the worst mistakes, the closest calls and the surest answers. */
export const predictionGallery = defineCallback({
  name: 'prediction_gallery',
  aliases: classifierTrainingNames('visualization', 'PredictionGalleryCallback'),
  schema,
  create: (options): Callback => {
    const pictures = new SamplePictures()
    return {
      name: 'prediction_gallery',
      role: 'observer',
      validationEnd: async (event, context) => {
        if (event.sanity || (event.split === 'val' && (event.epoch + 1) % options.every_n_epochs !== 0))
          return undefined
        const scored = scoredImages(event.evaluation, context.classes.length)
        const sections = await gallerySections(scored, options.num_samples, (images) =>
          pictures.of(images, event.split, context),
        )
        const caption = evaluatedName(event)
        const png = await predictionGalleryPlot({ sections, caption })
        const directory = join(runPath(context.directory, options.output_dir), evaluatedFolder(event))
        const path = join(directory, 'prediction_gallery.png')
        return [await writtenPicture(path, png, `${event.split}/prediction_gallery`, caption)]
      },
    }
  },
})
