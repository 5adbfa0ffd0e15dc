/** How many epochs a trial may take before it must be among the best. */
export interface HalvingRules {
  readonly minEpochs: number
  /** Of the trials that reach a rung, one in so many goes on; the next rung is so many times as far. */
  readonly factor: number
  readonly mode: 'min' | 'max'
}

/** Where a trial fell behind. */
export interface Verdict {
  readonly epoch: number
  /** 1 is the best. */
  readonly place: number
  readonly of: number
}

/**
 * Asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020), as a rule
 * for stopping: a trial that reaches a rung goes on if it is among the best 1/factor of those that reached it before.
 */
export class Halving {
  readonly #rules: HalvingRules
  /** By rung: the scores of the trials that reached it. */
  readonly #rungs = new Map<number, Map<number, number>>()

  constructor(rules: HalvingRules) {
    this.#rules = rules
  }

  /** Takes note of a score after `epochs` whole epochs; a verdict where the trial has fallen behind. */
  report(trial: number, epochs: number, score: number): Verdict | undefined {
    const rung = this.#rung(epochs)
    if (rung === undefined) return undefined
    const scores = this.#rungs.get(rung) ?? new Map<number, number>()
    this.#rungs.set(rung, scores)
    if (scores.has(trial)) return undefined
    scores.set(trial, score)
    const better = [...scores.values()].filter((other) => this.#isBetter(other, score)).length
    const survivors = Math.max(1, Math.floor(scores.size / this.#rules.factor))
    return better < survivors ? undefined : { epoch: epochs, place: better + 1, of: scores.size }
  }

  /** The rung that is reached with this epoch. */
  #rung(epochs: number): number | undefined {
    const { minEpochs, factor } = this.#rules
    for (let rung = 0, due = minEpochs; Math.ceil(due) <= epochs; rung++, due *= factor)
      if (Math.ceil(due) === epochs) return rung
    return undefined
  }

  /** NaN is worse than everything. */
  #isBetter(one: number, other: number): boolean {
    if (Number.isNaN(other)) return !Number.isNaN(one)
    return this.#rules.mode === 'max' ? one > other : one < other
  }
}
