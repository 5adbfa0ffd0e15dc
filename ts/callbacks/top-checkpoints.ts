/** A checkpoint that is kept for its score. */
export interface Scored {
  readonly name: string
  readonly score: number
}

/** What became of a checkpoint that asked for a place among the best k. */
export interface Placement {
  readonly kept: readonly Scored[]
  /** The one that lost its place. */
  readonly dropped: string | undefined
  readonly isBest: boolean
}

/** Is `score` among the best k? Ties keep the older one, as Lightning does. `k = -1` keeps all. */
export function ranks(kept: readonly Scored[], k: number, mode: 'min' | 'max', score: number): boolean {
  if (k === -1 || kept.length < k) return true
  if (k === 0) return false
  return better(mode, score, worstOf(kept, mode).score)
}

/** Gives a checkpoint that `ranks` its place. NaN counts as the worst score. */
export function place(kept: readonly Scored[], k: number, mode: 'min' | 'max', candidate: Scored): Placement {
  const score = Number.isNaN(candidate.score) ? (mode === 'min' ? Infinity : -Infinity) : candidate.score
  const dropped = k > 0 && kept.length === k ? worstOf(kept, mode).name : undefined
  const isBest = kept.every((other) => better(mode, score, other.score))
  return {
    kept: [...kept.filter((other) => other.name !== dropped), { name: candidate.name, score }],
    dropped,
    isBest,
  }
}

function better(mode: 'min' | 'max', a: number, b: number): boolean {
  return mode === 'min' ? a < b : a > b
}

function worstOf(kept: readonly Scored[], mode: 'min' | 'max'): Scored {
  return kept.reduce((worst, other) => (better(mode, worst.score, other.score) ? other : worst))
}
