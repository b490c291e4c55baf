/**
 * Epoch ms of an SMPP time (SMPP 3.4 section 7.1.1): `YYMMDDhhmmsstnn` and `+` or `-` for an absolute time with its
 * distance from UTC in quarter hours, `R` for one relative to `now`. Null: malformed.
 */
export function parseSmppTime(text: string, now: number): number | null {
  if (!/^\d{15}[-+R]$/.test(text)) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = pairs(text)
  if (text.endsWith('R')) {
    const start = new Date(now)
    return Date.UTC(
      start.getUTCFullYear() + year,
      start.getUTCMonth() + month,
      start.getUTCDate() + day,
      start.getUTCHours() + hour,
      start.getUTCMinutes() + minute,
      start.getUTCSeconds() + second,
      start.getUTCMilliseconds(),
    )
  }
  const quarterHours = Number(text.slice(13, 15)) * (text.endsWith('-') ? -1 : 1)
  const tenths = Number(text.charAt(12))
  return Date.UTC(2000 + year, month - 1, day, hour, minute - quarterHours * 15, second, tenths * 100)
}

/** The absolute form in UTC. */
export function formatSmppTime(at: number): string {
  return `${digits(at).slice(0, 12)}${Math.floor((at % 1000) / 100)}00+`
}

/** `YYMMDDhhmm` in UTC, as the text of a receipt has it (SMPP 3.4 appendix B). */
export function formatReceiptTime(at: number): string {
  const minute = Math.floor(at / 60_000)
  if (minute !== lastMinute) {
    lastMinute = minute
    lastText = digits(at).slice(0, 10)
  }
  return lastText
}

// A run of receipts falls into the same minute; formatting a date costs more than the rest of the receipt.
let lastMinute = -1
let lastText = ''

/** `YYMMDDhhmmss`. */
function digits(at: number): string {
  return new Date(at)
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(2, 14)
}

function pairs(text: string): number[] {
  const numbers: number[] = []
  for (let start = 0; start < 12; start += 2) numbers.push(Number(text.slice(start, start + 2)))
  return numbers
}
