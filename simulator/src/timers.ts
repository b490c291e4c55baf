import type { Clock } from '@heliograph/smpp/clock'

/** What is to happen later; `close` calls all of it off. */
export class Timers {
  readonly #clock: Clock
  readonly #pending = new Set<() => void>()
  readonly #waiting = new Set<() => void>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Callbacks still to come. */
  get size(): number {
    return this.#pending.size
  }

  after(delayMs: number, callback: () => void): void {
    if (this.#closed) return
    const cancel = this.#clock.after(delayMs, () => {
      this.#pending.delete(cancel)
      callback()
    })
    this.#pending.add(cancel)
  }

  /** Resolves after `delayMs`, or on `close`. */
  wait(delayMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      const stop = () => {
        this.#waiting.delete(stop)
        cancel()
        resolve()
      }
      const cancel = this.#clock.after(delayMs, stop)
      this.#waiting.add(stop)
    })
  }

  close(): void {
    this.#closed = true
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
    for (const stop of [...this.#waiting]) stop()
  }
}
