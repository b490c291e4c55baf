/**
 * SMPP's relative time `YYMMDDhhmmss000R` (SMPP 3.4 §7.1.1.2) for what is left until then. At least a second, because
 * all zeros mean the SMSC's default, and at most 30 days, because SMSCs differ about the length of a month.
 */
export function validityPeriod(leftMs: number): string {
  const seconds = Math.min(Math.max(Math.floor(leftMs / 1000), 1), SECONDS_MAX)
  const days = Math.floor(seconds / 86_400)
  const clock = [days, Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
  return `0000${clock.map(twoDigits).join('')}000R`
}

const SECONDS_MAX = 30 * 86_400

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}
