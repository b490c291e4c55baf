import type { Clock } from '@heliograph/smpp/clock'

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 2, 1, 12, 0, 0)
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  now(): number {
    return this.#now
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Moves on and runs what is due, in order of time. */
  advance(delayMs: number): void {
    const end = this.#now + delayMs
    for (let due = this.#next(end); due; due = this.#next(end)) {
      this.#timers.delete(due)
      this.#now = due.at
      due.callback()
    }
    this.#now = end
  }

  #next(end: number) {
    return [...this.#timers].filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0]
  }
}
