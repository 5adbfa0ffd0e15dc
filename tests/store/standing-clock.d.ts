import type { StoreClock } from '../../ts/store/store-clock.ts';
/** A clock that goes on only while somebody pauses, or by hand; nothing happens by itself. */
export interface StandingClock extends StoreClock {
    advance(milliseconds: number): void;
}
/** `skew`: how far this machine's clock is from the true time. */
export declare function standingClock(skew?: number, start?: number): StandingClock;
