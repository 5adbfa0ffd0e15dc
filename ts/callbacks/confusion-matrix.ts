import { join } from 'node:path'
import * as v from 'valibot'
import { int, list } from '../config/schema/field.ts'
import { confusionMatrixPlot } from '../plot/confusion-matrix.ts'
import type { Callback, RunContext } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { evaluatedFolder, evaluatedName } from './evaluated-split.ts'
import { outputDirectory } from './output-directory.ts'
import { classifierTrainingNames } from './python-names.ts'
import { runPath } from './run-path.ts'
import { writtenPicture } from './written-picture.ts'

const schema = v.strictObject({
  output_dir: outputDirectory,
  num_classes: v.nullish(int('Known from the data, which it is checked against.', { min: 1 }), null),
  class_names: v.nullish(
    list('Other names to write, in the order of the classes.', {
      expected: 'names',
      json: { type: 'string' },
      parse: (input) => (typeof input === 'string' || typeof input === 'number' ? String(input) : undefined),
    }),
    null,
  ),
})

/** Draws `epoch_NNN/confusion_matrix.png` after every validation, from the forward pass that scored it. */
export const confusionMatrix = defineCallback({
  name: 'confusion_matrix',
  aliases: classifierTrainingNames('confusion_matrix', 'ConfusionMatrixCallback'),
  schema,
  create: (options): Callback => ({
    name: 'confusion_matrix',
    role: 'observer',
    runStart: (context) => {
      const { length } = context.classes
      if (options.class_names !== null && options.class_names.length !== length)
        context.logger.warn(
          `confusion_matrix: class_names has ${options.class_names.length} names, the data has ${length} classes; the data's names are used`,
        )
      return undefined
    },
    validationEnd: async (event, context) => {
      if (event.sanity) return undefined
      const caption = evaluatedName(event)
      const png = await confusionMatrixPlot({
        classes: shownNames(options.class_names, context),
        confusion: event.evaluation.confusion,
        caption,
      })
      const path = join(
        runPath(context.directory, options.output_dir),
        evaluatedFolder(event),
        'confusion_matrix.png',
      )
      return [await writtenPicture(path, png, `${event.split}/confusion_matrix`, caption)]
    },
  }),
})

/** The names of the configuration, unless their number is wrong or they are the data's in another order. */
function shownNames(names: readonly string[] | null, { classes }: RunContext): readonly string[] {
  if (names === null || names.length !== classes.length) return classes
  const known = new Set(classes)
  return names.every((name) => known.has(name)) ? classes : names
}
