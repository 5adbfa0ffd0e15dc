/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One of the items. */
export function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

const CHARACTERS = [
  ...'abz019._-+~@/\\$%&*?|!#^<>=:;,\'"`()[]{} \t\n\0é日😀',
  '${',
  '}}',
  '???',
  '<<',
  '- ',
  ': ',
  '&a ',
  '*a',
  '!!int ',
]

/** A text with one to four characters removed, added, doubled, swapped or replaced. */
export function mutated(text: string, random: () => number): string {
  let result = text
  const times = 1 + Math.floor(random() * 4)
  for (let time = 0; time < times; time++) {
    const at = Math.floor(random() * (result.length + 1))
    const [before, after] = [result.slice(0, at), result.slice(at)]
    switch (Math.floor(random() * 5)) {
      case 0:
        result = before + after.slice(1)
        break
      case 1:
        result = before + pick(CHARACTERS, random) + after
        break
      case 2:
        result = before + after.slice(0, 8).repeat(2) + after.slice(8)
        break
      case 3:
        result = before.slice(0, -1) + after.slice(0, 1) + before.slice(-1) + after.slice(1)
        break
      default:
        result = before + pick(CHARACTERS, random) + after.slice(1)
    }
  }
  return result
}
