/** Time as the store's parts see it; tests bring their own. */
export interface StoreClock {
  /** Milliseconds that never jump. */
  now(): number
  /** Milliseconds since the epoch, to be compared with other machines' only roughly. */
  wall(): number
  pause(milliseconds: number): Promise<unknown>
  /** Calls again and again; answers what ends that. Does not keep the process alive. */
  every(milliseconds: number, work: () => void): () => void
}

export const systemClock: StoreClock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  pause: (milliseconds) => Bun.sleep(milliseconds),
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds)
    timer.unref()
    return () => clearInterval(timer)
  },
}
