/**
 * Classifies the images of a folder and counts what it holds; unsure answers are listed for a person to look at:
 *
 *     bun examples/predict-folder.ts outputs/RUN FOLDER
 */
import { predict } from 'classifier-training'

const [model, ...files] = process.argv.slice(2)
if (model === undefined || files.length === 0)
  throw new Error('which images? bun examples/predict-folder.ts RUN FOLDER')

const counts = new Map<string, number>()
let unreadable = 0
for await (const answer of predict({ model, files, topK: 2 })) {
  // One bad file does not end the rest.
  if ('failure' in answer) {
    unreadable++
    process.stderr.write(`${answer.failure.message}\n`)
    continue
  }
  const [best, second] = answer.predictions
  if (best === undefined) continue
  counts.set(best.label, (counts.get(best.label) ?? 0) + 1)
  if (best.confidence < 0.5)
    process.stdout.write(`unsure: ${answer.image} is ${best.label} or ${second?.label ?? 'nothing known'}\n`)
}

for (const [label, count] of [...counts].sort(([, a], [, b]) => b - a))
  process.stdout.write(`${String(count).padStart(6)}  ${label}\n`)
if (unreadable > 0) process.exitCode = 3
