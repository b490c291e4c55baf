/** A receiver can hold its deliveries back by no more than this. */
export const retryAfterMsMax = 3_600_000

/** Milliseconds from now that a Retry-After header asks for, 0 when it makes no sense (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string, now: number): number {
  const text = header.trim()
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(waitMs, 0), retryAfterMsMax)
}
