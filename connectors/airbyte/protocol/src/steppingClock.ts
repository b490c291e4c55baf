import type { Clock } from './clock.ts'

/** A clock for tests: waits take no time but move it, and are kept in `waits`. */
export function steppingClock(startMs = Date.UTC(2024, 0, 1)): Clock & { waits: number[] } {
  let nowMs = startMs
  const waits: number[] = []
  return {
    waits,
    now: () => nowMs,
    async wait(delayMs, signal) {
      signal.throwIfAborted()
      waits.push(delayMs)
      nowMs += delayMs
    },
  }
}
