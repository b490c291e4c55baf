import { type Clock, systemClock } from '../src/clock.ts'

/** For whole servers: timers run as always; only the time of day is another. */
export class JumpingClock implements Clock {
  #aheadMs = 0

  now(): number {
    return Date.now() + this.#aheadMs
  }

  after(delayMs: number, callback: () => void): () => void {
    return systemClock.after(delayMs, callback)
  }

  jump(ms: number): void {
    this.#aheadMs += ms
  }
}
