import type { StoreClock } from '../../ts/store/store-clock.ts'

/** A clock that goes on only while somebody pauses, or by hand; nothing happens by itself. */
export interface StandingClock extends StoreClock {
  advance(milliseconds: number): void
}

/** `skew`: how far this machine's clock is from the true time. */
export function standingClock(skew = 0, start = 1e12): StandingClock {
  let time = start
  return {
    now: () => time,
    wall: () => time + skew,
    async pause(milliseconds) {
      time += milliseconds
    },
    every: () => () => {},
    advance(milliseconds) {
      time += milliseconds
    },
  }
}
