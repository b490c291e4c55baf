/** Where time comes from. Logic never reads the system clock itself, so a test can run 48 hours in milliseconds. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Runs `callback` once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, TIMER_MS_MAX))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** The longest delay a Node timer can hold (2^31 - 1 ms); longer waits belong in the database, not in a timer. */
const TIMER_MS_MAX = 2_147_483_647
