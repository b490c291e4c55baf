import { setTimeout as timeout } from 'node:timers/promises'

/** Where time comes from. Logic never reads the system clock itself, so a test can let hours pass in milliseconds. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `delayMs` and keeps the process alive until then. Rejects with the signal's reason once it aborts. */
  wait(delayMs: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: Date.now,
  async wait(delayMs, signal) {
    signal.throwIfAborted()
    try {
      await timeout(Math.min(delayMs, TIMER_MS_MAX), undefined, { signal })
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  },
}

/** The longest delay a Node timer can hold (2^31 - 1 ms). */
const TIMER_MS_MAX = 2_147_483_647
