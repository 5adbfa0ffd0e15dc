/**
 * Scores a model and lists the images that it was most wrong about, as the next place to look for wrong labels:
 *
 *     bun examples/worst-mistakes.ts outputs/RUN [SPLIT]
 */
import { evaluate, type Split } from 'classifier-training'

const [model, split] = process.argv.slice(2)
if (model === undefined) throw new Error('which model? bun examples/worst-mistakes.ts RUN [train|val|test]')

const { metrics, intervals, images, classes, answers } = await evaluate({ model, split: split as Split })

const [low, high] = intervals.acc_top1 ?? [0, 1]
const percent = (fraction = Number.NaN): string => `${(fraction * 100).toFixed(1)} %`
process.stdout.write(
  `accuracy ${percent(metrics.acc_top1)} (95 %: ${percent(low)} to ${percent(high)}) on ${images} images\n`,
)

const mistakes = answers
  .filter(({ label, predicted }) => label !== predicted)
  .map((answer) => ({ ...answer, truth: answer.probabilities[classes.indexOf(answer.label)] ?? 0 }))
  .sort((a, b) => a.truth - b.truth)

for (const { image, label, predicted, confidence, truth } of mistakes.slice(0, 20))
  process.stdout.write(
    `${label} (${percent(truth)}) taken for ${predicted} (${percent(confidence)})  ${image}\n`,
  )
