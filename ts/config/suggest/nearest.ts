/** At most this many names are offered. */
const MAX_SUGGESTIONS = 3

/** The names within a typo's distance of `name`, best first. */
export function nearest(name: string, candidates: Iterable<string>, limit = MAX_SUGGESTIONS): string[] {
  const most = Math.max(2, Math.floor(name.length / 3))
  const scored: { candidate: string; distance: number }[] = []
  for (const candidate of new Set(candidates)) {
    if (candidate === name || candidate === '') continue
    const [one, other] = [name.toLowerCase(), candidate.toLowerCase()]
    const distance = isPart(one, other)
      ? Math.min(most, editDistance(one, other, most))
      : editDistance(one, other, most)
    if (distance <= most && distance < Math.max(name.length, candidate.length))
      scored.push({ candidate, distance })
  }
  scored.sort((one, other) => one.distance - other.distance || (one.candidate < other.candidate ? -1 : 1))
  return scored.slice(0, limit).map(({ candidate }) => candidate)
}

/** A name that is a good part of the other one: `epochs` of `max_epochs`. */
function isPart(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return short.length >= 4 && long.includes(short)
}

/** Insertions, deletions, substitutions and swaps of neighbours; `most + 1` when there are more than `most`. */
export function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1
  let beforePrevious: number[] = []
  let previous = Array.from({ length: other.length + 1 }, (_unused, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1]
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      if (swapped) best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1)
      current.push(best)
    }
    if (Math.min(...current) > most) return most + 1
    beforePrevious = previous
    previous = current
  }
  return previous[other.length] ?? 0
}
