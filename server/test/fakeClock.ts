import type { Clock } from '../src/clock.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that stands still until it is told to move. Callbacks run in order, each at exactly its own time. */
export class FakeClock implements Clock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  readonly now = (): number => this.#now

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { at: this.#now + Math.max(0, delayMs), callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size
  }

  /** Moves on by `ms` and runs what is due on the way, timers that callbacks set included. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let timer = this.#first(end); timer !== null; timer = this.#first(end)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.at)
      timer.callback()
    }
    this.#now = end
  }

  #first(end: number): Timer | null {
    let first: Timer | null = null
    for (const timer of this.#timers) if (timer.at <= end && (first === null || timer.at < first.at)) first = timer
    return first
  }
}
