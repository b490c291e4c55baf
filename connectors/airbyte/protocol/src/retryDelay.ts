/**
 * How long to wait before the next try.
 * @param failures in a row so far, at least 1. @param retryAfter the answer's header: seconds, decimals allowed, or an
 *   HTTP date; null: none. @param random from 0 to below 1.
 */
export function retryDelayMs({ failures, retryAfter, nowMs, random }: RetryFacts): number {
  const askedMs = retryAfter === null ? null : retryAfterMs(retryAfter, nowMs)
  // Never sooner than asked, and not all waiting requests in the same moment.
  if (askedMs !== null) return askedMs + random * Math.min(JITTER_MS_MAX, askedMs * JITTER_SHARE + JITTER_MS_MIN)
  const backoffMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * 2 ** (failures - 1))
  return backoffMs * (0.5 + random / 2)
}

export interface RetryFacts {
  readonly failures: number
  readonly retryAfter: string | null
  readonly nowMs: number
  readonly random: number
}

/** Milliseconds from now, 0 for dates gone by; null for what is neither seconds nor a date. */
export function retryAfterMs(header: string, nowMs: number): number | null {
  const text = header.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000)
  // Date.parse takes far too much for a date; those of HTTP have a weekday and GMT (RFC 9110, 5.6.7).
  const dateMs = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs)
}

const BACKOFF_MS_FIRST = 1_000
const BACKOFF_MS_MAX = 60_000
const JITTER_SHARE = 0.1
const JITTER_MS_MIN = 100
const JITTER_MS_MAX = 5_000
