import { type Spread, spreadOf } from './spread.ts'

/**
 * Nanoseconds for one call of `operation`, as the spread of several samples. `operation` gets a number that counts up,
 * for those that should not see the same input twice, and returns what it made, so that it cannot be optimised away.
 */
export function measure(operation: (count: number) => unknown): Spread {
  let calls = 0
  const runFor = (milliseconds: number): number => {
    const startedAt = performance.now()
    const firstCall = calls
    let elapsed = 0
    while (elapsed < milliseconds) {
      for (const end = calls + CALLS_BETWEEN_LOOKS; calls < end; calls++) made = operation(calls)
      elapsed = performance.now() - startedAt
    }
    return (elapsed * 1_000_000) / (calls - firstCall)
  }
  runFor(WARM_UP_MS)
  return spreadOf(Array.from({ length: SAMPLES }, () => runFor(SAMPLE_MS)))
}

/** The last result of any operation; only the writing to it matters. */
export let made: unknown

const WARM_UP_MS = 150
const SAMPLES = 7
const SAMPLE_MS = 40
/** Enough calls for the look at the clock not to count. */
const CALLS_BETWEEN_LOOKS = 100
