import type { Clock } from '../src/clock.ts'

/** A clock that moves only when told. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  now = (): number => this.#now

  after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  get timers(): number {
    return this.#timers.size
  }

  /** Moves on and runs what falls due on the way, in order. */
  advance(milliseconds: number): void {
    const target = this.#now + milliseconds
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers.delete(due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
    }
    this.#now = target
  }
}
