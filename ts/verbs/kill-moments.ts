/** When a run dies: after a time from its start, or at the n-th hit of a point within a save. */
export type KillMoment =
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'point'; readonly point: string; readonly hit: number }

/** Where a process that saves can die, in the order of a save. */
export const savePoints = [
  'metrics.before',
  'metrics.written',
  'save.snapshot',
  'save.folder',
  'save.file',
  'save.half',
  'save.sync',
  'save.commit',
  'save.rename',
  'save.renamed',
  'save.done',
  'pointer.before',
  'pointer.staged',
  'pointer.done',
  'forget.before',
  'forget.uncommitted',
] as const

/** Hits of a point in one save: it writes five files, and some of the points lie in each of them. */
const hitsOfSave: Readonly<Record<string, number>> = { 'save.file': 5, 'save.half': 5, 'save.sync': 5 }

/**
 * Endless moments for `seed`: in turn one of a point within the first saves and one anywhere in `seconds`, which is how long
 * the run takes without being killed.
 */
export function* randomMoments(seed: number, seconds: number): Generator<KillMoment, never> {
  const random = uniform(seed)
  for (;;) {
    const point = savePoints[Math.floor(random() * savePoints.length)] ?? 'save.commit'
    yield { kind: 'point', point, hit: 1 + Math.floor(random() * 3 * (hitsOfSave[point] ?? 1)) }
    yield { kind: 'time', seconds: random() * seconds }
  }
}

/** Every point in turn, at its first hit, then each at its second, …: endless. */
export function* everyPoint(): Generator<KillMoment, never> {
  for (let hit = 1; ; hit++) for (const point of savePoints) yield { kind: 'point', point, hit }
}

/** For people: `after 1.32 s`, `at save.rename, hit 2`. */
export function describeMoment(moment: KillMoment): string {
  return moment.kind === 'time'
    ? `after ${moment.seconds.toFixed(2)} s`
    : `at ${moment.point}, hit ${moment.hit}`
}

/** Numbers from 0 to 1 by the mulberry32 generator. */
function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
