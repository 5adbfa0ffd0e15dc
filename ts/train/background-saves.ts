/**
 * What checkpoints need of the disk while training goes on: each piece of work begins when the one before is done. After a
 * failure the rest is left undone, and every call says the failure.
 */
export class BackgroundSaves {
  #tail: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  #waited = 0

  /** Seconds in which training waited for the disk. */
  get waitedSeconds(): number {
    return this.#waited
  }

  /** Lines up a piece of work. */
  add(work: () => Promise<void>): void {
    this.throwFailure()
    this.#tail = this.#tail.then(async () => {
      if (this.#failure) return
      try {
        await work()
      } catch (error) {
        this.#failure = { error }
      }
    })
  }

  /** Returns when all that was lined up is done. */
  async settle(): Promise<void> {
    const began = performance.now()
    await this.#tail
    this.#waited += (performance.now() - began) / 1000
    this.throwFailure()
  }

  /** A failure of work that is over. */
  throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }
}
