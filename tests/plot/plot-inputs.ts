import type { HeatMap } from '../../ts/plot/heat-overlay.ts'
import type { RgbPicture } from '../../ts/plot/picture.ts'
import type { Prediction } from '../../ts/plot/prediction-tile.ts'
import type { TrainingHistoryInput } from '../../ts/plot/training-history.ts'

/** Names that a data set may bring along. */
export const hostileNames = [
  '<script>alert("x")</script>',
  '⚽😀🎉',
  'n'.repeat(80),
  'a/b\\c',
  'שלום עולם',
  'العربية',
  '日本語',
  '   ',
  'two\nlines\tand \u202eturned',
]

/** A matrix in which every class is found mostly and mistaken for its neighbours. */
export function bandedConfusion(numClasses: number): Uint32Array {
  const counts = new Uint32Array(numClasses * numClasses)
  for (let row = 0; row < numClasses; row++) {
    counts[row * numClasses + row] = 40 - (row % 7)
    for (const [step, count] of [
      [1, 1 + (row % 3)],
      [5, row % 2],
    ] as const) {
      const cell = row * numClasses + ((row + step) % numClasses)
      counts[cell] = (counts[cell] ?? 0) + count
    }
  }
  return counts
}

/** A picture with a gradient, so that turning and mirroring it would show. */
export function gradientPicture(width: number, height: number): RgbPicture {
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rgb.set([(255 * x) / width, (255 * y) / height, 120], (y * width + x) * 3)
  return { width, height, rgb }
}

export function prediction(changes: Partial<Prediction> = {}): Prediction {
  return {
    picture: gradientPicture(24, 16),
    trueName: 'cat',
    predictedName: 'cat',
    confidence: 0.873,
    correct: true,
    ...changes,
  }
}

/** Curves of `epochs` epochs. */
export function historyOf(epochs: number): TrainingHistoryInput {
  const curve = (value: (epoch: number) => number) =>
    Array.from({ length: epochs }, (_, epoch) => [epoch, value(epoch)] as const)
  return {
    trainLoss: curve((epoch) => 3 * 0.7 ** epoch + 0.1),
    valLoss: curve((epoch) => 3 * 0.75 ** epoch + 0.2),
    trainAccuracy: curve((epoch) => 1 - 0.9 * 0.7 ** epoch),
    valAccuracy: curve((epoch) => 0.95 - 0.9 * 0.75 ** epoch),
    valTop5: curve((epoch) => 1 - 0.5 * 0.7 ** epoch),
    learningRate: curve((epoch) => 5e-4 * 0.9 ** epoch),
    caption: 'resnet18',
  }
}

/** Heat around one place. */
export function warmSpot(): HeatMap {
  const values = Float32Array.from({ length: 49 }, (_, cell) => {
    const [x, y] = [(cell % 7) - 4, Math.floor(cell / 7) - 2]
    return Math.exp(-(x * x + y * y) / 4)
  })
  return { width: 7, height: 7, values }
}
