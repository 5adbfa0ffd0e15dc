import { type ListedSweeper, listedSweeper } from '../config/sweeper.ts'
import { type SearchSpace, spaceSize, valueAt } from './search-space.ts'

/** Draws of one trial before it may repeat an earlier one. */
const MAX_DRAWS = 1000

/** `count` different trials drawn at random; trial n of a seed and a space is always the same. */
export function randomTrials(space: SearchSpace, count: number, seed: number): string[][] {
  const wanted = Math.min(count, spaceSize(space))
  const known = new Set<string>()
  const trials: string[][] = []
  for (let trial = 0; trial < wanted; trial++) {
    let words: string[] = []
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      words = space.dimensions.map(
        (dimension) =>
          `${dimension.key}=${valueAt(dimension, share(`${seed}/${trial}/${draw}/${dimension.key}`))}`,
      )
      if (!known.has(words.join('\n'))) break
    }
    known.add(words.join('\n'))
    trials.push([...space.fixed, ...words])
  }
  return trials
}

export function randomSweeper(
  space: SearchSpace,
  options: { readonly n_trials: number; readonly seed: number; readonly max_batch_size: number | null },
): ListedSweeper {
  const trials = randomTrials(space, options.n_trials, options.seed)
  return listedSweeper('random', trials, options.max_batch_size ?? undefined)
}

/** Between 0 and 1, 1 excluded: a function of the text alone. */
function share(text: string): number {
  const digest = new Bun.CryptoHasher('sha256').update(text).digest()
  return Number(digest.readBigUInt64BE() >> 11n) / 2 ** 53
}
